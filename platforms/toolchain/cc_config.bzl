# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The EL2 compiler: clang and lld, freestanding C++23 for aarch64-none-elf."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES", "ALL_CC_COMPILE_ACTION_NAMES", "ALL_CC_LINK_ACTION_NAMES", "ALL_CPP_COMPILE_ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "feature_set", "flag_group", "flag_set", "tool_path", "with_feature_set")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@trivet_tools//:defs.bzl", "CXX_INCLUDES", "RESOURCE_DIR", "TOOLS")
load(":link_flags.bzl", "LINK_FLAGS", "TARGET")

_COMPILE_FLAGS = [
    TARGET,
    "-ffreestanding",
    "-fno-pic",
    # EL2 owns no FP/SIMD state, and with the MMU off unaligned accesses fault.
    "-mgeneral-regs-only",
    "-mstrict-align",
    "-mno-outline-atomics",
    # [u-boot] keeps its global data in x18 and [uefi] 2.3.6 reserves it: code that runs under resident firmware must
    # leave it alone, libraries included. Images that own the machine share those libraries.
    "-ffixed-x18",
    "-fno-stack-protector",
    "-fno-common",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-omit-frame-pointer",
    "-Wall",
    "-Wextra",
    "-nostdlibinc",
]

_CXX_FLAGS = [
    "-std=c++23",
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-fno-use-cxa-atexit",
    "-nostdinc++",
    # main() too: a freestanding one does not return 0 by itself, and would run into what is behind it.
    "-Werror=return-type",
]

# The same sources give the same bytes in any output base.
_REPRODUCIBLE_FLAGS = [
    "-Wno-builtin-macro-redefined",
    "-D__DATE__=\"redacted\"",
    "-D__TIMESTAMP__=\"redacted\"",
    "-D__TIME__=\"redacted\"",
    "-ffile-compilation-dir=.",
]

_MODE_FLAGS = {
    "dbg": ["-g", "-O0"],
    "fastbuild": ["-g1", "-O1"],
    "opt": ["-O2", "-DNDEBUG"],
}

def _flags(actions, flags, mode = None):
    return flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = [with_feature_set(features = [mode])] if mode else [],
    )

# Which headers a target may include: those of its dependencies that are not private.
_CHECKED_ACTIONS = [ACTION_NAMES.c_compile, ACTION_NAMES.cpp_compile, ACTION_NAMES.cpp_header_parsing]
_LAYERING_CHECK = [
    feature(name = "module_maps", enabled = True),
    feature(
        name = "use_module_maps",
        flag_sets = [flag_set(
            actions = _CHECKED_ACTIONS,
            flag_groups = [
                flag_group(flags = ["-fmodule-name=%{module_name}"]),
                flag_group(flags = ["-fmodule-map-file=%{module_map_file}"]),
            ],
        )],
        requires = [feature_set(features = ["module_maps"])],
    ),
    feature(
        name = "layering_check",
        flag_sets = [flag_set(
            actions = _CHECKED_ACTIONS,
            flag_groups = [
                flag_group(flags = ["-Xclang", "-fno-cxx-modules", "-fmodules-strict-decluse", "-Wprivate-header"]),
                flag_group(
                    flags = ["-fmodule-map-file=%{dependent_module_map_files}"],
                    iterate_over = "dependent_module_map_files",
                ),
            ],
        )],
        implies = ["use_module_maps"],
    ),
]

def _system_includes(directories):
    flags = []
    for directory in directories:
        flags += ["-isystem", directory]
    return flags

def _impl(ctx):
    shim = "/".join([part for part in [ctx.label.workspace_root, ctx.label.package, "include"] if part])
    compile_sets = [
        _flags(ALL_CC_COMPILE_ACTION_NAMES, _COMPILE_FLAGS),
        _flags(ALL_CPP_COMPILE_ACTION_NAMES, _CXX_FLAGS + _system_includes(CXX_INCLUDES)),
        # After libstdc++, whose headers reach the C library by #include_next.
        _flags(ALL_CC_COMPILE_ACTION_NAMES, _system_includes([shim])),
        _flags(ALL_CC_COMPILE_ACTION_NAMES, _REPRODUCIBLE_FLAGS),
    ] + [_flags(ALL_CC_COMPILE_ACTION_NAMES, flags, mode) for mode, flags in _MODE_FLAGS.items()]
    features = _LAYERING_CHECK + [feature(name = mode) for mode in _MODE_FLAGS] + [
        feature(name = "no_stripping"),
        feature(name = "supports_dynamic_linker", enabled = False),
        feature(name = "supports_pic", enabled = False),
        feature(name = "supports_start_end_lib", enabled = True),
        feature(name = "default_compile_flags", enabled = True, flag_sets = compile_sets),
        feature(name = "default_link_flags", enabled = True, flag_sets = [_flags(ALL_CC_LINK_ACTION_NAMES, LINK_FLAGS)]),
    ]
    tools = {
        "ar": TOOLS["ar"],
        "cpp": TOOLS["clang"],
        "gcc": TOOLS["clang"],
        "gcov": "/bin/false",
        "ld": TOOLS["lld"],
        "nm": TOOLS["nm"],
        "objcopy": TOOLS["objcopy"],
        "objdump": TOOLS["objdump"],
        "strip": TOOLS["strip"],
    }
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "none",
        abi_version = "none",
        compiler = "clang",
        cxx_builtin_include_directories = CXX_INCLUDES + [RESOURCE_DIR + "/include"],
        features = features,
        host_system_name = "local",
        target_cpu = "aarch64",
        target_libc = "none",
        target_system_name = "aarch64-none-elf",
        tool_paths = [tool_path(name = name, path = path) for name, path in tools.items()],
        toolchain_identifier = "el2-clang",
    )

el2_cc_toolchain_config = rule(
    implementation = _impl,
    doc = "Flags and tools of the EL2 toolchain, from what @trivet_tools detected.",
    provides = [CcToolchainConfigInfo],
)
