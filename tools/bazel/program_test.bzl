# SPDX-License-Identifier: Apache-2.0 OR MIT
"""program_test: a host program as a test."""

def _impl(ctx):
    binary = ctx.attr.binary[DefaultInfo]
    link = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = link,
        is_executable = True,
        target_file = binary.files_to_run.executable,
    )
    return [
        DefaultInfo(
            executable = link,
            runfiles = ctx.runfiles(files = ctx.files.data).merge_all(
                [binary.default_runfiles] + [data[DefaultInfo].default_runfiles for data in ctx.attr.data],
            ),
        ),
        testing.TestEnvironment({
            name: ctx.expand_location(value, ctx.attr.data)
            for name, value in ctx.attr.environment.items()
        }),
    ]

program_test = rule(
    implementation = _impl,
    attrs = {
        "binary": attr.label(
            allow_single_file = True,
            cfg = "target",
            doc = "A program, or a script of the sources.",
            executable = True,
            mandatory = True,
        ),
        "data": attr.label_list(allow_files = True),
        "environment": attr.string_dict(doc = "Variables; $(rootpath LABEL) of what is in `data`."),
    },
    doc = "Passes when `binary` with `args` exits with 0.",
    test = True,
)
