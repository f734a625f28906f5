# SPDX-License-Identifier: Apache-2.0 OR MIT
"""hosted_binary: an ELF that resident firmware calls as a function or starts as a UEFI application, and that returns to it."""

load(":cc.bzl", "cc_binary")

def hosted_binary(name, srcs = [], deps = [], linkopts = [], testonly = False, visibility = None, **kwargs):
    """An image that runs under resident firmware, built in place of el2_binary. Wildcard builds skip it.

    Args:
      name: the target; by convention it ends in ".elf".
      srcs: sources that define trivet::platforms::hosted::Main().
      deps: libraries; the code that runs before and after Main() is added.
      linkopts: passed on, after the linker script.
      testonly: Bazel's.
      visibility: Bazel's.
      **kwargs: passed on to the cc_binary.
    """
    layout = Label("//platforms/hosted:image.ld")
    cc_binary(
        name = name,
        testonly = testonly,
        srcs = srcs,
        additional_linker_inputs = [layout],
        linkopts = ["-Wl,-T,$(execpath %s)" % layout] + linkopts,
        linkstatic = True,
        tags = ["manual"],
        target_compatible_with = [Label("//platforms:el2_execution")],
        visibility = visibility,
        deps = deps + [Label("//platforms/hosted:entry")],
        **kwargs
    )
