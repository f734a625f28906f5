load("@trivet_tools//:defs.bzl", "CXX_INCLUDES", "RESOURCE_DIR", "TOOLS")
load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES", "ALL_CC_COMPILE_ACTION_NAMES", "ALL_CC_LINK_ACTION_NAMES", "ALL_CPP_COMPILE_ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "tool_path", "with_feature_set")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

def _flags(actions, flags, with_features = []):
    return flag_set(actions = actions, flag_groups = [flag_group(flags = flags)], with_features = with_features)

def _impl(ctx):
    shim = [ctx.label.workspace_root, ctx.label.package, "include"]
    shim = "/".join([p for p in shim if p])
    target = ["--target=aarch64-none-elf"]
    compile_flags = target + [
        "-ffreestanding",
        "-fno-pic",
        "-mgeneral-regs-only",
        "-mstrict-align",
        "-mno-outline-atomics",
        "-fno-stack-protector",
        "-fno-common",
        "-ffunction-sections",
        "-fdata-sections",
        "-fno-omit-frame-pointer",
        "-Wall",
        "-Wextra",
        "-nostdlibinc",
    ]
    cxx_flags = [
        "-fno-exceptions",
        "-fno-rtti",
        "-fno-threadsafe-statics",
        "-fno-use-cxa-atexit",
        "-nostdinc++",
    ]
    for d in CXX_INCLUDES:
        cxx_flags += ["-isystem", d]
    c_flags = ["-isystem", shim]
    features = [
        feature(name = "no_stripping"),
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(name = "default_compile_flags", enabled = True, flag_sets = [
            _flags(ALL_CC_COMPILE_ACTION_NAMES, compile_flags),
            _flags(ALL_CPP_COMPILE_ACTION_NAMES, cxx_flags),
            _flags(ALL_CC_COMPILE_ACTION_NAMES, c_flags),
            _flags(ALL_CPP_COMPILE_ACTION_NAMES, ["-std=c++23"]),
            _flags(ALL_CC_COMPILE_ACTION_NAMES, ["-g", "-O0"], [with_feature_set(features = ["dbg"])]),
            _flags(ALL_CC_COMPILE_ACTION_NAMES, ["-O2", "-DNDEBUG"], [with_feature_set(features = ["opt"])]),
            _flags(ALL_CC_COMPILE_ACTION_NAMES, ["-g1", "-O1"], [with_feature_set(features = ["fastbuild"])]),
        ]),
        feature(name = "default_link_flags", enabled = True, flag_sets = [
            _flags(ALL_CC_LINK_ACTION_NAMES, target + [
                "-nostdlib",
                "-static",
                "-fuse-ld=lld",
                "--ld-path=" + TOOLS["lld"],
                "-Wl,--gc-sections",
                "-Wl,--build-id=none",
                "-Wl,-z,max-page-size=4096",
                "-Wl,-z,norelro",
            ]),
        ]),
        feature(name = "deterministic", enabled = True, flag_sets = [
            _flags(ALL_CC_COMPILE_ACTION_NAMES, [
                "-Wno-builtin-macro-redefined",
                "-D__DATE__=\"redacted\"",
                "-D__TIMESTAMP__=\"redacted\"",
                "-D__TIME__=\"redacted\"",
                "-ffile-compilation-dir=.",
            ]),
        ]),
        # warnings of code that is not ours
        feature(name = "supports_pic", enabled = False),
        feature(name = "supports_dynamic_linker", enabled = False),
        feature(name = "supports_start_end_lib", enabled = True),
    ]
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        features = features,
        cxx_builtin_include_directories = CXX_INCLUDES + [RESOURCE_DIR + "/include"],
        toolchain_identifier = "el2-clang",
        host_system_name = "local",
        target_system_name = "aarch64-none-elf",
        target_cpu = "aarch64",
        target_libc = "none",
        compiler = "clang",
        abi_version = "none",
        abi_libc_version = "none",
        tool_paths = [
            tool_path(name = "gcc", path = TOOLS["clang"]),
            tool_path(name = "cpp", path = TOOLS["clang"]),
            tool_path(name = "ld", path = TOOLS["lld"]),
            tool_path(name = "ar", path = TOOLS["ar"]),
            tool_path(name = "nm", path = TOOLS["nm"]),
            tool_path(name = "objcopy", path = TOOLS["objcopy"]),
            tool_path(name = "objdump", path = TOOLS["objdump"]),
            tool_path(name = "strip", path = TOOLS["strip"]),
            tool_path(name = "gcov", path = "/bin/false"),
        ],
    )

el2_cc_toolchain_config = rule(
    implementation = _impl,
    provides = [CcToolchainConfigInfo],
)
