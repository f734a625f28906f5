# SPDX-License-Identifier: Apache-2.0 OR MIT
"""el2_binary: an ELF that boots on every board."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//tools/precompiled:precompiled_header.bzl", "precompiled")
load(":unit.bzl", "as_unit")

def el2_binary(name, srcs = [], deps = [], linkopts = [], target_compatible_with = [], testonly = False, copts = None, **kwargs):
    """A cc_binary with the runtime and link layout; wildcard builds on the host skip it.

    Of test code (testonly) GoogleTest's stand-in is precompiled, and the sources of a folder are compiled as one unit.

    Args:
      name: the target; by convention it ends in ".elf".
      srcs: sources with `int main()`, which runs at EL2 on the boot CPU.
      deps: libraries; the code that runs before main is added.
      linkopts: passed on, after the linker script.
      target_compatible_with: constraints beside EL2 execution.
      testonly: Bazel's.
      copts: with any, nothing is precompiled.
      **kwargs: passed on to cc_binary.
    """
    compatible = [Label("//platforms:el2_execution")] + target_compatible_with
    code = {"srcs": srcs, "deps": deps, "copts": copts or []}
    if testonly and not copts:
        parsed = precompiled(Label("//tools/precompiled:package_testing"))
        code = as_unit(
            name = name,
            srcs = srcs,
            testonly = True,
            copts = parsed.copts,
            target_compatible_with = compatible,
            deps = deps + parsed.deps,
        )
    layout = Label("//platforms/runtime:image.ld")
    cc_binary(
        name = name,
        testonly = testonly,
        additional_linker_inputs = [layout],
        linkopts = ["-Wl,-T,$(execpath %s)" % layout] + linkopts,
        linkstatic = True,
        target_compatible_with = compatible,
        **(kwargs | code | {"deps": code["deps"] + [Label("//platforms/runtime:entry")]})
    )
