# SPDX-License-Identifier: Apache-2.0 OR MIT
"""host_run: `bazel run` of a program for this host, whatever the platform of the build."""

load(":host_transition.bzl", "host_transition")

_LAUNCHER = """\
#!/bin/sh
export RUNFILES_DIR="${{RUNFILES_DIR:-$0.runfiles}}"
cd "$RUNFILES_DIR/{workspace}" && exec "./{program}" {arguments} "$@"
"""

def _impl(ctx):
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    starts = ctx.executable.starts.short_path
    ctx.actions.write(launcher, _LAUNCHER.format(
        arguments = " ".join(["'%s'" % word.replace("$(starts)", starts) for word in ctx.attr.arguments]),
        program = ctx.executable.program.short_path,
        workspace = ctx.workspace_name,
    ), is_executable = True)
    runfiles = ctx.runfiles([ctx.executable.starts]).merge_all([
        target[DefaultInfo].default_runfiles
        for target in [ctx.attr.program[0], ctx.attr.starts]
    ])
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

host_run = rule(
    implementation = _impl,
    attrs = {
        "arguments": attr.string_list(doc = "Before the user's. $(starts) is the path of `starts`."),
        "program": attr.label(
            cfg = host_transition,
            executable = True,
            mandatory = True,
        ),
        "starts": attr.label(
            cfg = "target",
            doc = "What the program starts, for the platform of the build.",
            executable = True,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "Runs `program` in the root of its runfiles.",
    executable = True,
)
