"""hosted_binary: an ELF that a host starts as a function or a UEFI application, and gets its CPU back from."""

load("@rules_cc//cc:defs.bzl", "cc_binary")

_COPT = "//command_line_option:copt"

def _reserve_x18_impl(settings, _attr):
    return {_COPT: settings[_COPT] + ["-ffixed-x18"]}

# [u-boot] keeps its global data in x18, [uefi] 2.3.6 reserves it: what runs while the host's handlers may be called
# leaves it alone. All of the image, libraries included.
_reserve_x18 = transition(
    implementation = _reserve_x18_impl,
    inputs = [_COPT],
    outputs = [_COPT],
)

def _impl(ctx):
    elf = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = elf, target_file = ctx.executable.binary, is_executable = True)
    return [DefaultInfo(executable = elf, files = depset([elf]))]

_hosted_elf = rule(
    implementation = _impl,
    attrs = {
        "binary": attr.label(cfg = _reserve_x18, executable = True, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "The ELF of `binary`, built without the use of x18.",
    executable = True,
)

def hosted_binary(name, srcs = [], deps = [], linkopts = [], testonly = False, visibility = None, **kwargs):
    """An image for a resident firmware; takes the place of el2_binary. Wildcard builds skip it.

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
    el2 = [Label("//platforms:el2_execution")]
    cc_binary(
        name = name + ".any_x18",
        testonly = testonly,
        srcs = srcs,
        additional_linker_inputs = [layout],
        linkopts = ["-Wl,-T,$(execpath %s)" % layout] + linkopts,
        linkstatic = True,
        tags = ["manual"],
        target_compatible_with = el2,
        visibility = ["//visibility:private"],
        deps = deps + [Label("//platforms/hosted:entry")],
        **kwargs
    )
    _hosted_elf(
        name = name,
        testonly = testonly,
        binary = name + ".any_x18",
        tags = ["manual"],
        target_compatible_with = el2,
        visibility = visibility,
    )
