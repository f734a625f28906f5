# SPDX-License-Identifier: Apache-2.0 OR MIT
"""el2_elf: the ELF of an image that tests boot, from any configuration."""

load("//tools/bazel:transition.bzl", "EL2_TRANSITION_ATTRS", "el2_transition")

el2_elf = rule(
    implementation = lambda ctx: [DefaultInfo(files = depset(ctx.files.elf[:1]))],
    attrs = EL2_TRANSITION_ATTRS | {
        "elf": attr.label(cfg = el2_transition, doc = "An el2_binary.", mandatory = True),
    },
)
