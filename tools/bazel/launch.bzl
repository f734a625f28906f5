"""What el2_test and el2_run share: a launcher that starts the runner on an image."""

load("@trivet_tools//:defs.bzl", "TOOLS")
load(":el2_image.bzl", "flatten")
load(":transition.bzl", "EL2_TRANSITION_ATTRS", "el2_transition")

LAUNCH_ATTRS = EL2_TRANSITION_ATTRS | {
    "cpu": attr.string(doc = "QEMU's CPU model instead of the machine's."),
    "elf": attr.label(
        cfg = el2_transition,
        doc = "The el2_binary to boot.",
        mandatory = True,
    ),
    "guest_timeout_s": attr.int(
        default = 30,
        doc = "Seconds until the guest is stopped and its run has failed; 0: never.",
    ),
    "icount": attr.bool(doc = "Count instructions deterministically, on one host thread."),
    "machine": attr.label(
        allow_single_file = True,
        doc = "The board's qemu.args.",
        mandatory = True,
    ),
    "_runner": attr.label(
        cfg = "exec",
        default = "//tools/runner",
        executable = True,
    ),
}

# Runfiles hold everything; the caller's working directory stays.
_LAUNCHER = """\
#!/bin/sh
r=${{RUNFILES_DIR:-${{TEST_SRCDIR:-$0.runfiles}}}}/{workspace}
exec "$r/{runner}" {options} --machine "$r/{machine}" --image "$r/{image}" -- {arguments}"$@"
"""

def launch(ctx, options = [], arguments = []):
    """Makes an executable that boots ctx.attr.elf.

    Args:
      ctx: of a rule with LAUNCH_ATTRS.
      options: further options of the runner.
      arguments: the guest's arguments before the user's own.

    Returns:
      its DefaultInfo.
    """
    image = flatten(ctx, ctx.files.elf[0])
    options = ["--qemu", TOOLS["qemu"], "--timeout", str(ctx.attr.guest_timeout_s)] + options
    if ctx.attr.cpu:
        options += ["--cpu", ctx.attr.cpu]
    if ctx.attr.icount:
        options.append("--icount")
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, _LAUNCHER.format(
        arguments = "".join(["'%s' " % argument for argument in arguments]),
        image = image.short_path,
        machine = ctx.file.machine.short_path,
        options = " ".join(["'%s'" % option for option in options]),
        runner = ctx.executable._runner.short_path,
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return DefaultInfo(
        executable = launcher,
        files = depset([image]),
        runfiles = ctx.runfiles([image, ctx.file.machine]).merge(
            ctx.attr._runner[DefaultInfo].default_runfiles,
        ),
    )
