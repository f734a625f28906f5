# SPDX-License-Identifier: Apache-2.0 OR MIT
"""debian_modules: Debian's arm64 kernels, with what modules for them are compiled with.

bazelw takes them from Debian's archive: TRIVET_MODULES names their folders, one for each suite.
"""

_SUITES = ["bookworm", "forky", "trixie"]
_FILES = ["busybox", "virtio_blk.ko", "virtio_mmio.ko", "vmlinuz"]

_MISSING = """\
load("@trivet//tools/linux:missing.bzl", "missing")

package(default_visibility = ["//visibility:public"])

[missing(name = name) for name in %s]
"""
_BUILD = """\
exports_files(%s, visibility = ["//visibility:public"])
"""

def _impl(rctx):
    kernels = {}
    for folder in rctx.os.environ.get("TRIVET_MODULES", "").split(" "):
        if not folder:
            continue
        suite = (folder.rpartition("/")[2] + "-").split("-")[1]
        if suite not in _SUITES:
            fail("TRIVET_MODULES: %s is not named modules-SUITE-..., with a SUITE of %s" % (folder, ", ".join(_SUITES)))
        kernels[suite] = folder
    for suite in _SUITES:
        if suite in kernels:
            for name in _FILES:
                rctx.symlink(kernels[suite] + "/" + name, "%s/%s" % (suite, name))
        rctx.file(suite + "/BUILD.bazel", (_BUILD if suite in kernels else _MISSING) % repr(_FILES))
    rctx.file("BUILD.bazel", "")
    rctx.file("defs.bzl", "KERNELS = %s\n" % repr({
        suite: struct(release = rctx.read(folder + "/release").strip(), root = folder + "/root")
        for suite, folder in kernels.items()
    }))

debian_modules_repository = repository_rule(
    implementation = _impl,
    doc = "For a WORKSPACE: @NAME//SUITE:vmlinuz, busybox, virtio_blk.ko and virtio_mmio.ko; KERNELS of @NAME//:defs.bzl.",
    environ = ["TRIVET_MODULES"],
)

debian_modules = module_extension(
    implementation = lambda mctx: debian_modules_repository(name = "debian_modules"),
    doc = "For a MODULE.bazel: the same as @debian_modules.",
)
