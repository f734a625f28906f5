# SPDX-License-Identifier: Apache-2.0 OR MIT
"""opt_binary: a host program that is always built with -c opt."""

_MODE = "//command_line_option:compilation_mode"
_PIC = "//command_line_option:force_pic"

# All of it position-independent, as precompiled headers have to be of one kind: //tools/precompiled.
_opt_transition = transition(
    implementation = lambda _settings, _attr: {_MODE: "opt", _PIC: True},
    inputs = [],
    outputs = [_MODE, _PIC],
)

def _impl(ctx):
    binary = ctx.attr.binary[0][DefaultInfo]
    link = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = link,
        is_executable = True,
        target_file = binary.files_to_run.executable,
    )
    return [DefaultInfo(
        executable = link,
        files = depset([link]),
        runfiles = binary.default_runfiles,
    )]

opt_binary = rule(
    implementation = _impl,
    attrs = {
        "binary": attr.label(cfg = _opt_transition, executable = True, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "Runs `binary` as built with -c opt, whatever the build's mode: a benchmark is measured optimized.",
    executable = True,
)
