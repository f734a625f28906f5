# SPDX-License-Identifier: Apache-2.0 OR MIT
"""cc_reexport: several libraries under one label, whose headers the user may include."""

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

def _impl(ctx):
    return [cc_common.merge_cc_infos(direct_cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])]

cc_reexport = rule(
    implementation = _impl,
    attrs = {"deps": attr.label_list(mandatory = True, providers = [CcInfo])},
    doc = "A cc_library's deps are not its users' direct deps, which layering_check asks for; these are.",
    provides = [CcInfo],
)
