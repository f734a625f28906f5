# SPDX-License-Identifier: Apache-2.0 OR MIT
"""precompiled_header: a header that is parsed once a configuration, and how a target uses it."""

load("@rules_cc//cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("//tools/bazel:cc.bzl", "CXX_STANDARD")

# What layering_check adds to the users' commands, without the names of modules.
_LAYERING_CHECK_FLAGS = ["-Xclang", "-fno-cxx-modules", "-fmodules-strict-decluse"]

# Options of a library of Trivet's own packages: optimized on the host too, but in dbg and under sanitizers.
OPTIMIZED = select({
    Label("//platforms:is_el2"): [],
    Label("//tools/precompiled:debug_on_host"): [],
    Label("//tools/precompiled:sanitized_on_host"): [],
    "//conditions:default": ["-O2"],
})

# Options of what tests execute most, the readers of trees and tables: optimized under sanitizers too.
OPTIMIZED_READERS = select({
    Label("//platforms:is_el2"): [],
    Label("//tools/precompiled:debug_on_host"): [],
    "//conditions:default": ["-O1"],
})

# A copy from a cache has another time than the header it was made of.
_FLAGS = ["-x", "c++-header", "-Xclang", "-fno-pch-timestamp", "-fpch-instantiate-templates"]

def _features(ctx, toolchain, unsupported = []):
    return cc_common.configure_features(
        cc_toolchain = toolchain,
        ctx = ctx,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features + unsupported,
    )

def layering_flags(ctx, toolchain):
    """What an action that uses a precompiled header passes where layering_check is on, without the names of modules."""
    checked = cc_common.is_enabled(
        feature_configuration = _features(ctx, toolchain),
        feature_name = "layering_check",
    )
    return _LAYERING_CHECK_FLAGS if checked else []

def _command(ctx, context, output):
    """Returns the compiler, its arguments, its environment and its files."""
    toolchain = find_cc_toolchain(ctx)
    features = _features(ctx, toolchain, ["layering_check", "module_maps"])
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        output_file = output.path,
        preprocessor_defines = context.defines,
        # Standard input, since a precompiled header must not name a file that is elsewhere when it is used.
        source_file = "-",
        # All as the system's: what a user's dependency file leaves out, and what is not validated.
        system_include_directories = depset(transitive = [
            context.quote_includes,
            context.includes,
            context.system_includes,
            context.external_includes,
        ]),
        use_pic = cc_common.is_enabled(feature_configuration = features, feature_name = "supports_pic"),
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + CXX_STANDARD + ctx.attr.copts + _FLAGS +
                             layering_flags(ctx, toolchain),
    )
    action = {"action_name": CPP_COMPILE_ACTION_NAME, "feature_configuration": features}
    return struct(
        arguments = cc_common.get_memory_inefficient_command_line(variables = variables, **action),
        compiler = cc_common.get_tool_for_action(**action),
        environment = cc_common.get_environment_variables(variables = variables, **action),
        files = toolchain.all_files,
    )

def _impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".pch")
    context = cc_common.merge_cc_infos(cc_infos = [d[CcInfo] for d in ctx.attr.deps]).compilation_context
    command = _command(ctx, context, output)
    ctx.actions.run_shell(
        outputs = [output],
        inputs = depset([ctx.file.header], transitive = [context.headers, command.files]),
        # The paths of headers are kept absolute: by this name they are right in any sandbox.
        command = 'header=$1; shift; exec env PWD=/proc/self/cwd "$@" < "$header"',
        arguments = [ctx.file.header.path, command.compiler] + command.arguments,
        env = command.environment,
        mnemonic = "CppPrecompile",
        progress_message = "Precompiling %{label}",
        toolchain = None,
    )
    return [
        DefaultInfo(files = depset([output])),
        CcInfo(compilation_context = cc_common.create_compilation_context(
            headers = depset([output], transitive = [context.headers]),
        )),
    ]

precompiled_header = rule(
    implementation = _impl,
    attrs = {
        "copts": attr.string_list(doc = "What its users have, too."),
        "deps": attr.label_list(
            doc = "Libraries of the headers in `header`.",
            providers = [CcInfo],
        ),
        "header": attr.label(allow_single_file = [".h"], mandatory = True),
    },
    doc = "`header`, which includes others by <path>, parsed by Clang.",
    fragments = ["cpp"],
    provides = [CcInfo],
    toolchains = use_cc_toolchain(),
)

def precompiled(label):
    """What a target adds so that its sources start with a precompiled_header, where there can be one.

    Args:
      label: a precompiled_header.

    Returns:
      a struct of copts and deps.
    """
    file = "/".join([p for p in ["$(BINDIR)", label.workspace_root, label.package, label.name + ".pch"] if p])

    # -MMD: the one file stands for all that it was made of.
    copts = ["-include-pch", file, "-MMD", "-Wno-unused-command-line-argument", "-Xclang", "-fdepfile-entry=" + file]
    where = [Label("//tools/precompiled:usable_" + s) for s in ["on_host", "on_host_optimized", "at_el2"]]
    return struct(
        copts = select({setting: copts for setting in where} | {"//conditions:default": []}),
        deps = select({setting: [label] for setting in where} | {"//conditions:default": []}),
    )
