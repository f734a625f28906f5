# SPDX-License-Identifier: Apache-2.0 OR MIT
"""does_not_compile: what a compiler says of code that must not compile, for refusals_test."""

load("@rules_cc//cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("//tools/bazel:cc.bzl", "CXX_STANDARD")
load("//tools/precompiled:precompiled_header.bzl", "layering_flags", "precompiled")

# What every source here includes is parsed once, but for faulty descriptions: those are parsed anew.
_PRECOMPILED = precompiled(Label("//tools/precompiled:package_testing"))

def _compile_command(ctx, context):
    """Returns the host toolchain's compiler, its arguments and its environment for the source."""
    toolchain = find_cc_toolchain(ctx)
    features = cc_common.configure_features(
        cc_toolchain = toolchain,
        ctx = ctx,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features + ["layering_check", "module_maps"],
    )
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        include_directories = context.includes,
        preprocessor_defines = context.defines,
        # What is in `overlay` is found instead of the workspace's file of the same name.
        quote_include_directories = depset(
            ([ctx.label.package + "/" + ctx.attr.overlay] if ctx.attr.overlay else []) + ["."],
            transitive = [context.quote_includes],
            order = "preorder",
        ),
        source_file = ctx.file.src.path,
        system_include_directories = context.system_includes,
        use_pic = cc_common.is_enabled(feature_configuration = features, feature_name = "supports_pic"),
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + CXX_STANDARD + [
            ctx.expand_make_variables("copts", word, {})
            for word in ctx.attr.copts
        ] + layering_flags(ctx, toolchain) + ["-fsyntax-only"],
    )
    return struct(
        arguments = cc_common.get_memory_inefficient_command_line(
            action_name = CPP_COMPILE_ACTION_NAME,
            feature_configuration = features,
            variables = variables,
        ),
        compiler = cc_common.get_tool_for_action(
            action_name = CPP_COMPILE_ACTION_NAME,
            feature_configuration = features,
        ),
        environment = cc_common.get_environment_variables(
            action_name = CPP_COMPILE_ACTION_NAME,
            feature_configuration = features,
            variables = variables,
        ),
        files = toolchain.all_files,
    )

def _impl(ctx):
    context = cc_common.merge_cc_infos(cc_infos = [d[CcInfo] for d in ctx.attr.deps]).compilation_context
    command = _compile_command(ctx, context)
    report = ctx.actions.declare_file(ctx.label.name + ".report")
    ctx.actions.run(
        outputs = [report],
        inputs = depset(ctx.files.src + ctx.files.hdrs, transitive = [context.headers, command.files]),
        executable = ctx.executable._compile_twice,
        arguments = [report.path, ctx.attr.expect, command.compiler] + command.arguments,
        env = command.environment,
        mnemonic = "DoesNotCompile",
        progress_message = "Compiling what must not compile: %{label}",
    )
    return [DefaultInfo(files = depset([report]))]

_does_not_compile = rule(
    implementation = _impl,
    attrs = {
        "copts": attr.string_list(doc = "Further options of the compiler."),
        "deps": attr.label_list(doc = "Libraries that the source includes.", providers = [CcInfo]),
        "expect": attr.string(doc = "Text of the compiler's message.", mandatory = True),
        "hdrs": attr.label_list(allow_files = True, doc = "Headers that are in no library for the host."),
        "overlay": attr.string(doc = "A folder of this package to look for headers in first."),
        "src": attr.label(
            allow_single_file = [".cc"],
            doc = "Compiles; with -DTRIVET_EXPECT_ERROR it does not.",
            mandatory = True,
        ),
        "_compile_twice": attr.label(cfg = "exec", default = ":compile_twice", executable = True),
    },
    doc = "See does_not_compile.",
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)

def does_not_compile(name, deps = [], overlay = "", **kwargs):
    """A report that `src` compiles as it is, and with -DTRIVET_EXPECT_ERROR fails with a message that contains `expect`.

    Args:
      name: the report.
      deps: libraries that the source includes.
      overlay: a folder of this package to look for headers in first.
      **kwargs: attributes of the rule.
    """
    _does_not_compile(
        name = name,
        testonly = True,
        copts = [] if overlay else _PRECOMPILED.copts,
        overlay = overlay,
        deps = deps if overlay else deps + _PRECOMPILED.deps,
        **kwargs
    )
