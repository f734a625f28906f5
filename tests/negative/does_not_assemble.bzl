# SPDX-License-Identifier: Apache-2.0 OR MIT
"""does_not_assemble: what the assembler says of code that must not assemble for EL2, for refusals_test."""

load("@trivet_tools//:defs.bzl", "HAS_EL2_TOOLCHAIN", "TOOLS")
load("//platforms/toolchain:link_flags.bzl", "TARGET")

# Without a compiler for EL2 these are skipped; the line "EL2 tests are skipped: ..." has the reason.
_NEEDS_EL2_TOOLCHAIN = ["//platforms:sim_execution"] if HAS_EL2_TOOLCHAIN else ["@platforms//:incompatible"]

def does_not_assemble(name, src, expect, hdrs = []):
    """A report that `src` assembles as it is, and with -DTRIVET_EXPECT_ERROR fails with a message that contains `expect`.

    Args:
      name: the report.
      src: an assembly source, preprocessed.
      expect: text of the assembler's message.
      hdrs: what it includes, by paths from the workspace's root.
    """
    el2_refusal(name, src, expect, hdrs, ["-c", TARGET])

def el2_refusal(name, src, expect, inputs, arguments):
    """The same with any arguments of the EL2 compiler.

    Args:
      name: the report.
      src: an assembly source, preprocessed.
      expect: text of the message.
      inputs: what the compiler reads beside it.
      arguments: the compiler's.
    """
    native.genrule(
        name = name,
        testonly = True,
        srcs = [src] + inputs,
        outs = [name + ".report"],
        cmd = " ".join([
            "$(execpath :compile_twice) $@ \"%s\"" % expect,
            TOOLS["clang"],
        ] + arguments + ["-I. -I$(GENDIR) -o $@.out $(execpath %s)" % src]),
        target_compatible_with = _NEEDS_EL2_TOOLCHAIN,
        tools = [":compile_twice"],
    )
