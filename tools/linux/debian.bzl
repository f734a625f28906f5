# SPDX-License-Identifier: Apache-2.0 OR MIT
"""debian_linux: Debian's arm64 kernel, its virtio modules and boards' trees, a static busybox: to boot guests from.

The files are those that bazelw took from Debian's archive (TRIVET_LINUX names their folder), or pinned packages of a
snapshot of that archive.
"""

_SNAPSHOT = "https://snapshot.debian.org/archive/debian/20261030T080801Z/pool/main/"
_RELEASE = "7.2.12+deb14-arm64"
_PACKAGES = {
    "b/busybox/busybox-static_1.38.0-3+b1_arm64.deb": "968d1aa8f579fa1ac59c26afa365454369e13cf29848e6400b50028fed0ffda0",
    "l/linux-signed-arm64/linux-binary-%s_7.2.12-1_arm64.deb" % _RELEASE: "9445acbf0e1033f23382f69a47fe8e4d3c39f531bca9cf1c00613655d46a0e6e",
    "l/linux/linux-base-%s_7.2.12-1_arm64.deb" % _RELEASE: "00e200d1ec6ab510109a40ad0d3818cdaced2009f8cba158b31d9a51a5086572",
    "l/linux/linux-modules-%s_7.2.12-1_arm64.deb" % _RELEASE: "369f200e9b641fac0a1c713d8685c2e0d1d730a1e9484782681b845349010983",
}
_MODULES = "usr/lib/modules/%s/" % _RELEASE
_DRIVERS = _MODULES + "kernel/drivers/"

# Where the packages have them.
_FILES = {
    "bcm2711-rpi-4-b.dtb": _MODULES + "dtb/broadcom/bcm2711-rpi-4-b.dtb",
    "busybox": "usr/bin/busybox",
    "imx8mp-evk.dtb": _MODULES + "dtb/freescale/imx8mp-evk.dtb",
    "virtio_blk.ko.xz": _DRIVERS + "block/virtio_blk.ko.xz",
    "virtio_mmio.ko.xz": _DRIVERS + "virtio/virtio_mmio.ko.xz",
    "vmlinuz": _MODULES + "vmlinuz",
}

# At least one line for who has none.
_MISSING = """\
load("@trivet//tools/linux:missing.bzl", "missing")

package(default_visibility = ["//visibility:public"])

[missing(name = name) for name in %s]
"""
_BUILD = """\
exports_files(%s, visibility = ["//visibility:public"])
"""

def _download(rctx):
    """Unpacks the packages into this repository. True: all of them were there."""
    for path, sha256 in _PACKAGES.items():
        url = _SNAPSHOT + path.replace("+", "%2b")
        if not rctx.download(url, "package.deb", sha256 = sha256, allow_fail = True).success:
            return False
        rctx.extract("package.deb", "package")
        data = [str(member) for member in rctx.path("package").readdir() if member.basename.startswith("data.tar")]
        rctx.extract(data[0], "root")
        rctx.delete("package")
        rctx.delete("package.deb")
    return True

def _impl(rctx):
    folder = rctx.os.environ.get("TRIVET_LINUX")
    if not folder and not _download(rctx):
        rctx.file("BUILD.bazel", _MISSING % repr(_FILES.keys()))
        return
    for name, path in _FILES.items():
        rctx.symlink(rctx.path(folder + "/" + name if folder else "root/" + path), name)
    rctx.file("BUILD.bazel", _BUILD % repr(_FILES.keys()))

debian_linux_repository = repository_rule(
    implementation = _impl,
    doc = "For a WORKSPACE: the files as @NAME//:vmlinuz, busybox, virtio_blk.ko.xz and so on.",
    environ = ["TRIVET_LINUX"],
)

debian_linux = module_extension(
    implementation = lambda mctx: debian_linux_repository(name = "debian_linux"),
    doc = "For a MODULE.bazel: the same as @debian_linux.",
)
