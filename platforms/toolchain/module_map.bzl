# SPDX-License-Identifier: Apache-2.0 OR MIT
"""system_module_map: the headers that every target may include, for layering_check."""

load("@trivet_tools//:headers.bzl", "SYSTEM_HEADERS")

def _impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name)
    up = "../" * (output.dirname.count("/") + 1)
    headers = SYSTEM_HEADERS + [up + header.path for header in ctx.files.hdrs]
    lines = ["  textual header \"%s\"\n" % header for header in headers]
    ctx.actions.write(output, "module \"crosstool\" [system] {\n" + "".join(lines) + "}\n")
    return [DefaultInfo(files = depset([output]))]

system_module_map = rule(
    implementation = _impl,
    attrs = {"hdrs": attr.label_list(allow_files = [".h"], doc = "Those of this workspace.")},
    doc = "NAME, a module map of `hdrs`, the C++ library and the compiler.",
)
