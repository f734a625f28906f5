"""el2_binary: an ELF that boots on every board."""

load("@rules_cc//cc:defs.bzl", "cc_binary")

def el2_binary(name, srcs = [], deps = [], linkopts = [], target_compatible_with = [], **kwargs):
    """A cc_binary with the runtime and link layout; wildcard builds on the host skip it.

    Args:
      name: the target; by convention it ends in ".elf".
      srcs: sources with `int main()`, which runs at EL2 on the boot CPU.
      deps: libraries; the code that runs before main is added.
      linkopts: passed on, after the linker script.
      target_compatible_with: constraints beside EL2 execution.
      **kwargs: passed on to cc_binary.
    """
    layout = Label("//platforms/runtime:image.ld")
    cc_binary(
        name = name,
        srcs = srcs,
        additional_linker_inputs = [layout],
        linkopts = ["-Wl,-T,$(execpath %s)" % layout] + linkopts,
        linkstatic = True,
        target_compatible_with = [Label("//platforms:el2_execution")] + target_compatible_with,
        deps = deps + [Label("//platforms/runtime:entry")],
        **kwargs
    )
