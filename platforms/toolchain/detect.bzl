# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Finds clang, lld, the LLVM binary tools, libstdc++'s headers, dtc and QEMU on this machine.

The result is a repository with

    defs.bzl        TOOLS, FIRMWARE, CXX_INCLUDES, RESOURCE_DIR, HAS_EL2_TOOLCHAIN, HAS_QEMU, WHY_NOT, ARM64_HOST
    headers.bzl     SYSTEM_HEADERS: of CXX_INCLUDES and RESOURCE_DIR
    bin/TOOL        a link to each tool found

Environment variables override the search on PATH; changing one detects again:

    TRIVET_LLVM_BIN      the directory of clang, ld.lld, llvm-ar ... (no version suffix)
    TRIVET_QEMU          qemu-system-aarch64
    TRIVET_CXX_INCLUDE   libstdc++'s include directories, colon-separated
    TRIVET_DTC           dtc, the device tree compiler
    TRIVET_U_BOOT        U-Boot for QEMU's virt machine (qemu_arm64_defconfig), u-boot.bin
    TRIVET_EDK2          UEFI firmware for that machine (ArmVirtQemu), for QEMU's -bios
    TRIVET_TF_A_RPI4     Trusted Firmware-A's BL31 for the Raspberry Pi 4, bl31.bin
    TRIVET_ARM64_HOST    root of a Debian arm64's libraries, with usr/bin/qemu-aarch64, for --config=arm64_host
"""

# std::expected over libstdc++ needs the concepts of clang 19.
_OLDEST_CLANG = 19
_SUFFIXES = ["-23", "-22", "-21", "-20", "-19", ""]

_LLVM_TOOLS = {
    "ar": "llvm-ar",
    "clang": "clang",
    "lld": "ld.lld",
    "nm": "llvm-nm",
    "objcopy": "llvm-objcopy",
    "objdump": "llvm-objdump",
    "size": "llvm-size",
    "strip": "llvm-strip",
}

# Boot loaders for tests: the variable that names one, and where distributions put it.
_FIRMWARE = {
    "edk2": ("TRIVET_EDK2", [
        "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
        "/usr/share/edk2/aarch64/QEMU_EFI.fd",
    ]),
    "tf_a_rpi4": ("TRIVET_TF_A_RPI4", ["/usr/lib/arm-trusted-firmware/rpi4/bl31.bin"]),
    "u_boot": ("TRIVET_U_BOOT", ["/usr/lib/u-boot/qemu_arm64/u-boot.bin"]),
}

def _find_firmware(rctx, variable, usual_places):
    places = [rctx.os.environ[variable]] if variable in rctx.os.environ else usual_places
    found = [path for path in places if rctx.path(path).exists]
    return found[0] if found else ""

def _find_tool(rctx, name, suffix):
    folder = rctx.os.environ.get("TRIVET_LLVM_BIN")
    path = rctx.path(folder + "/" + name) if folder else rctx.which(name + suffix)
    return str(path) if path and path.exists else ""

def _major_version(rctx, clang):
    result = rctx.execute([clang, "-dumpversion"])
    return int(result.stdout.split(".")[0]) if result.return_code == 0 else 0

def _find_llvm(rctx):
    """Returns the paths of the newest complete LLVM by tool name, or {}."""
    for suffix in _SUFFIXES:
        tools = {tool: _find_tool(rctx, name, suffix) for tool, name in _LLVM_TOOLS.items()}
        if all(tools.values()) and _major_version(rctx, tools["clang"]) >= _OLDEST_CLANG:
            return tools
    return {}

def _find_program(rctx, variable, name):
    path = rctx.os.environ.get(variable) or rctx.which(name)
    return str(path) if path and rctx.path(path).exists else ""

def _cxx_includes(rctx, clang):
    """Returns the C++ directories of the libstdc++ that clang uses for this host.

    Its freestanding half fits any target. The C directories are left out: the
    shim in include/ stands in for the C library.
    """
    explicit = rctx.os.environ.get("TRIVET_CXX_INCLUDE")
    if explicit:
        return explicit.split(":")
    result = rctx.execute([clang, "-E", "-x", "c++", "-v", "-stdlib=libstdc++", "/dev/null", "-o", "/dev/null"])
    found = []
    listing = False
    for line in result.stderr.split("\n"):
        if line.startswith("#include <...>"):
            listing = True
        elif line.startswith("End of search list"):
            listing = False
        elif listing and "c++" in line and "backward" not in line:
            found.append(str(rctx.path(line.strip()).realpath))
    return found

def _impl(rctx):
    tools = _find_llvm(rctx)
    includes = _cxx_includes(rctx, tools["clang"]) if tools else []
    resource_dir = ""
    why_not = []
    if not tools:
        why_not.append("no clang >= %d with ld.lld and llvm-objcopy (install them or set TRIVET_LLVM_BIN)" % _OLDEST_CLANG)
    elif not includes:
        why_not.append("no libstdc++ headers beside %s (install libstdc++-dev or set TRIVET_CXX_INCLUDE)" % tools["clang"])
    else:
        resource_dir = rctx.execute([tools["clang"], "-print-resource-dir"]).stdout.strip()
    dtc = _find_program(rctx, "TRIVET_DTC", "dtc")
    if not dtc:
        why_not.append("no dtc (install device-tree-compiler or set TRIVET_DTC)")
    has_toolchain = not why_not
    qemu = _find_program(rctx, "TRIVET_QEMU", "qemu-system-aarch64")
    if not qemu:
        why_not.append("no qemu-system-aarch64 (install it or set TRIVET_QEMU)")
    if why_not:
        # buildifier: disable=print
        print("EL2 tests are skipped: " + "; ".join(why_not))

    tools = (tools or {tool: "" for tool in _LLVM_TOOLS}) | {"dtc": dtc, "qemu": qemu}
    for tool, path in tools.items():
        if path:
            rctx.symlink(path, "bin/" + tool)
    rctx.file("BUILD.bazel", """\
package(default_visibility = ["//visibility:public"])

exports_files(["defs.bzl", "headers.bzl"] + glob(["bin/*"], allow_empty = True))
""")
    rctx.file("headers.bzl", "SYSTEM_HEADERS = %s\n" % repr(_headers_in(rctx, includes + ([resource_dir + "/include"] if resource_dir else []))))
    rctx.file("defs.bzl", "".join(["%s = %s\n" % (name, repr(value)) for name, value in {
        "ARM64_HOST": rctx.os.environ.get("TRIVET_ARM64_HOST", ""),
        "CXX_INCLUDES": includes,
        "FIRMWARE": {name: _find_firmware(rctx, *where) for name, where in _FIRMWARE.items()},
        "HAS_EL2_TOOLCHAIN": has_toolchain,
        "HAS_QEMU": has_toolchain and bool(qemu),
        "RESOURCE_DIR": resource_dir,
        "TOOLS": tools,
        "WHY_NOT": why_not,
    }.items()]))

def _headers_in(rctx, folders):
    """Returns what a module map for layering_check lists of the library's and the compiler's headers."""
    if not folders:
        return []
    found = rctx.execute(["find", "-L"] + folders + ["-type", "f", "-not", "-name", "*.modulemap"])
    return sorted([path for path in found.stdout.split("\n") if path])

trivet_tools_repository = repository_rule(
    implementation = _impl,
    configure = True,
    environ = [
        "PATH",
        "TRIVET_ARM64_HOST",
        "TRIVET_CXX_INCLUDE",
        "TRIVET_DTC",
        "TRIVET_EDK2",
        "TRIVET_LLVM_BIN",
        "TRIVET_QEMU",
        "TRIVET_TF_A_RPI4",
        "TRIVET_U_BOOT",
    ],
    local = True,
)
