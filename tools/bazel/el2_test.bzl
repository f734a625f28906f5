# SPDX-License-Identifier: Apache-2.0 OR MIT
"""el2_test: boots an EL2 image as part of `bazel test //...`, from any configuration."""

load("@trivet_tools//:defs.bzl", "HAS_QEMU")
load(":el2_binary.bzl", "el2_binary")
load(":environments.bzl", "ENVIRONMENTS")
load(":launch.bzl", "LAUNCH_ATTRS", "launch", "loader_attrs")

def _impl(ctx):
    expected = ["--require-status", str(ctx.attr.expected_status)]
    expected += ["--require-line", ctx.attr.expected_line] if ctx.attr.expected_line else ["--require-pass"]
    return [launch(ctx, expected, ctx.attr.guest_args)]

_el2_test = rule(
    implementation = _impl,
    attrs = LAUNCH_ATTRS | {
        "expected_line": attr.string(doc = "What the guest must print instead of its PASS line."),
        "expected_status": attr.int(doc = "What the guest must stop with."),
        "guest_args": attr.string_list(doc = "Arguments for the guest."),
    },
    doc = "Passes when the guest prints its PASS line and stops with status 0 (or what else is expected) in time.",
    test = True,
)

def el2_boot_test(name, elf, environment = "qemu_virt", size = "small", tags = [], guest_timeout_s = None, busy_cpus = 1, **kwargs):
    """Boots an el2_binary that another target declares.

    Args:
      name: the test.
      elf: an el2_binary.
      environment: a name in ENVIRONMENTS, or what environment() returned.
      size: Bazel's test size; its time limit must exceed guest_timeout_s.
      tags: added to the environment's.
      guest_timeout_s: instead of the environment's.
      busy_cpus: how many CPUs the guest keeps busy at once.
      **kwargs: passed on: expected_line, expected_status, guest_args, visibility, LAUNCH_ATTRS.
    """
    env = ENVIRONMENTS[environment] if type(environment) == "string" else environment
    available = HAS_QEMU and env.loader.available

    # CPUs that wait for work are idle in QEMU, and so is its own thread.
    _el2_test(
        name = name,
        size = size,
        elf = elf,
        guest_timeout_s = env.guest_timeout_s if guest_timeout_s == None else guest_timeout_s,
        board = env.board,
        machine = env.machine,
        tags = env.tags + ["cpu:%d" % busy_cpus] + tags,
        target_compatible_with = [] if available else ["@platforms//:incompatible"],
        **(loader_attrs(env.loader) | kwargs)
    )

# What a test's image is not made of.
_BOOT_ATTRS = [
    "busy_cpus",
    "compilation_mode",
    "cpu",
    "environment",
    "expected_line",
    "expected_status",
    "guest_args",
    "guest_timeout_s",
    "icount",
    "size",
    "tags",
]

def el2_test(name, visibility = None, **kwargs):
    """An EL2 binary, NAME.elf, and the test that boots it.

    Args:
      name: the test.
      visibility: of both.
      **kwargs: el2_boot_test's, where it has them, and else el2_binary's.
    """
    el2_binary(
        name = name + ".elf",
        testonly = True,
        tags = ["manual"],
        visibility = visibility,
        **{key: value for key, value in kwargs.items() if key not in _BOOT_ATTRS}
    )
    el2_boot_test(
        name = name,
        elf = name + ".elf",
        visibility = visibility,
        **{key: value for key, value in kwargs.items() if key in _BOOT_ATTRS}
    )
