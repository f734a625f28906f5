"""Finds the LLVM tools, libstdc++ headers and QEMU on this machine.

Environment overrides (tracked: changing one refetches):
  EL2_LLVM_BIN       directory holding clang, ld.lld, llvm-ar, llvm-objcopy ...
  EL2_CLANG, EL2_LLD, EL2_AR, EL2_OBJCOPY, EL2_QEMU   one tool each
  EL2_CXX_INCLUDE    colon-separated libstdc++ include directories
"""

_VERSIONS = ["-23", "-22", "-21", "-20", "-19", ""]
_TOOLS = {
    "clang": ("EL2_CLANG", "clang"),
    "lld": ("EL2_LLD", "ld.lld"),
    "ar": ("EL2_AR", "llvm-ar"),
    "objcopy": ("EL2_OBJCOPY", "llvm-objcopy"),
    "objdump": ("EL2_OBJDUMP", "llvm-objdump"),
    "nm": ("EL2_NM", "llvm-nm"),
    "strip": ("EL2_STRIP", "llvm-strip"),
    "qemu": ("EL2_QEMU", "qemu-system-aarch64"),
}

def _env(rctx, name):
    return rctx.getenv(name) if hasattr(rctx, "getenv") else rctx.os.environ.get(name)

def _find(rctx, env, name, suffix):
    explicit = _env(rctx, env)
    if explicit:
        return explicit
    llvm_bin = _env(rctx, "EL2_LLVM_BIN")
    if llvm_bin and name != "qemu-system-aarch64":
        p = rctx.path(llvm_bin + "/" + name)
        return str(p) if p.exists else ""
    p = rctx.which(name + suffix)
    return str(p) if p else ""

def _major(rctx, clang):
    r = rctx.execute([clang, "-dumpversion"])
    return int(r.stdout.split(".")[0]) if r.return_code == 0 else 0

def _cxx_includes(rctx, clang):
    explicit = _env(rctx, "EL2_CXX_INCLUDE")
    if explicit:
        return explicit.split(":")

    # Ask the host clang where its libstdc++ is; keep the C++ directories only
    # (the C library comes from //toolchain/include).
    r = rctx.execute([clang, "-E", "-x", "c++", "-v", "-stdlib=libstdc++", "/dev/null", "-o", "/dev/null"])
    dirs = []
    take = False
    for line in r.stderr.split("\n"):
        if line.startswith("#include <...>"):
            take = True
        elif line.startswith("End of search list"):
            take = False
        elif take and "c++" in line and "backward" not in line:
            dirs.append(str(rctx.path(line.strip()).realpath))
    return dirs

def _impl(rctx):
    best = {}
    for suffix in _VERSIONS:
        clang = _find(rctx, "EL2_CLANG", "clang", suffix)
        lld = _find(rctx, "EL2_LLD", "ld.lld", suffix)
        if not clang or not lld:
            continue
        major = _major(rctx, clang)
        if major >= 19:
            best = {k: _find(rctx, e, n, suffix) for k, (e, n) in _TOOLS.items()}
            best["qemu"] = _find(rctx, "EL2_QEMU", "qemu-system-aarch64", "")
            break
    missing = ""
    includes = []
    resource = ""
    if best:
        includes = _cxx_includes(rctx, best["clang"])
        resource = rctx.execute([best["clang"], "-print-resource-dir"]).stdout.strip()
        if not includes:
            missing = "no libstdc++ headers found for " + best["clang"]
    else:
        missing = "no clang >= 19 with ld.lld on PATH (set EL2_LLVM_BIN)"
        best = {k: "" for k in _TOOLS}
    for k, p in best.items():
        if p:
            rctx.symlink(p, "bin/" + k)
    rctx.file("BUILD.bazel", 'package(default_visibility = ["//visibility:public"])\nexports_files(["defs.bzl"] + glob(["bin/*"], allow_empty = True))\n')
    rctx.file("defs.bzl", "".join([
        "TOOLS = %s\n" % repr(best),
        "CXX_INCLUDES = %s\n" % repr(includes),
        "RESOURCE_DIR = %s\n" % repr(resource),
        "HAS_EL2_TOOLCHAIN = %s\n" % (not missing),
        "HAS_QEMU = %s\n" % bool(best["qemu"] and not missing),
        "WHY_NOT = %s\n" % repr(missing),
    ]))

trivet_tools_repository = repository_rule(
    implementation = _impl,
    local = True,
    configure = True,
    environ = ["PATH", "EL2_LLVM_BIN", "EL2_CXX_INCLUDE"] + [e for e, _ in _TOOLS.values()],
)
