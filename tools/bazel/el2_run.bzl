# SPDX-License-Identifier: Apache-2.0 OR MIT
"""el2_run: `bazel run` boots an EL2 image, in QEMU or on a board."""

load("@trivet_tools//:defs.bzl", "HAS_QEMU")
load(":environments.bzl", "ENVIRONMENTS")
load(":launch.bzl", "LAUNCH_ATTRS", "launch", "loader_attrs")
load(":loaders.bzl", "LOADERS")

_el2_run = rule(
    implementation = lambda ctx: [launch(ctx, arguments = ctx.attr.guest_args, by_user = True)],
    attrs = LAUNCH_ATTRS | {
        "guest_args": attr.string_list(doc = "Arguments for the guest before the user's."),
    },
    doc = "The exit status of `bazel run` is the guest's.",
    executable = True,
)

def el2_run(name, elf, environment = None, guest_timeout_s = None, compilation_mode = "opt", **kwargs):
    """An executable that boots `elf`; arguments after `--` go to the guest, but for the runner's options.

    Those (--serial, --qemu, --out, --gdb ...) are in tools/runner/README.md; what follows a second `--` is
    the guest's.

    Args:
      name: the target.
      elf: an el2_binary.
      environment: a name in ENVIRONMENTS (or an environment()) to build for from any configuration;
        None: the platform of the build, which must be an EL2 one.
      guest_timeout_s: instead of the environment's; without an environment 120.
      compilation_mode: of the image; "" for opt, or dbg where the build is.
      **kwargs: passed on (cpu, guest_args, icount, tags, visibility ...).
    """
    env = ENVIRONMENTS[environment] if type(environment) == "string" else environment
    loader = env.loader if env else LOADERS["qemu_kernel"]
    if env:
        needs = []
        timeout = env.guest_timeout_s
    else:
        needs = [Label("//platforms:el2_execution")]
        timeout = 120
    _el2_run(
        name = name,
        compilation_mode = compilation_mode,
        elf = elf,
        guest_timeout_s = timeout if guest_timeout_s == None else guest_timeout_s,
        board = env.board if env else None,
        machine = env.machine if env else None,
        target_compatible_with = needs if HAS_QEMU and loader.available else ["@platforms//:incompatible"],
        **(loader_attrs(loader) | kwargs)
    )
