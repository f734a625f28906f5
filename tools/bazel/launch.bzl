# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What el2_test and el2_run share: a launcher that starts the runner on an image."""

load("@trivet_tools//:defs.bzl", "TOOLS")
load(":board.bzl", "BoardInfo")
load(":el2_image.bzl", "FLATTEN_ATTRS", "flatten")
load(":host_transition.bzl", "host_transition")

LAUNCH_ATTRS = FLATTEN_ATTRS | {
    "boot": attr.string_list(doc = "QEMU's arguments that start the image; see loader()."),
    "cpu": attr.string(doc = "QEMU's CPU model instead of the machine's."),
    "dialogue": attr.string_list(doc = "What the loader's console shows and what is then typed, in turn."),
    "esp": attr.bool(doc = "The loader reads the image from a folder that is laid out for UEFI."),
    "files": attr.label_keyed_string_dict(
        allow_files = True,
        doc = "Files of the machine by their names in `boot`.",
    ),
    "firmware": attr.string(doc = "The loader's program."),
    "guest_timeout_s": attr.int(
        default = 30,
        doc = "Seconds until the guest is stopped and its run has failed; 0: never.",
    ),
    "interactive": attr.bool(doc = "The terminal is the guest's: what is typed goes to its console; ^A x ends it."),
    "icount": attr.bool(doc = "Count instructions deterministically, on one host thread."),
    "machine": attr.label(
        allow_single_file = True,
        doc = "QEMU's arguments instead of the board's.",
    ),
    "semihosting": attr.bool(default = True),
    "_runner": attr.label(
        cfg = host_transition,
        default = "//tools/runner",
        executable = True,
    ),
}

# Runfiles hold everything; the caller's working directory stays.
_LAUNCHER = """\
#!/bin/sh
r=${{RUNFILES_DIR:-${{TEST_SRCDIR:-$0.runfiles}}}}/{workspace}
exec "$r/{runner}" {options}{esp}{files} --machine "$r/{machine}" --image "$r/{image}"{elf} {rest} {arguments}"$@" \
  ${{TESTBRIDGE_TEST_ONLY:+"--gtest_filter=$TESTBRIDGE_TEST_ONLY"}}
"""

def loader_attrs(loader):
    """The attributes of LAUNCH_ATTRS that start an image by `loader`."""
    return {
        "boot": loader.boot,
        "dialogue": [text for exchange in loader.dialogue for text in exchange],
        "esp": loader.esp,
        "files": {label: name for name, label in loader.files.items()},
        "firmware": loader.firmware,
        "semihosting": loader.semihosting,
    }

# [uefi] 3.5.1.1: the default application of removable media for AArch64.
_UEFI_PATH = "/EFI/BOOT/BOOTAA64.EFI"

def _declare_esp(ctx, image):
    """Declares the folder that UEFI reads, with the image in it. Returns the image's File there."""
    file = ctx.actions.declare_file(ctx.label.name + ".esp" + _UEFI_PATH)
    ctx.actions.symlink(output = file, target_file = image)
    return file

def _quote(word):
    return "'%s'" % word.replace("'", "'\\''")

def _loader_options(ctx):
    options = []
    for word in ctx.attr.boot:
        options += ["--boot", word]
    for i, text in enumerate(ctx.attr.dialogue):
        options += ["--send" if i % 2 else "--expect", text]
    if ctx.attr.firmware:
        options += ["--firmware", ctx.attr.firmware]
    if not ctx.attr.semihosting:
        options.append("--no-semihosting")
    return options

def launch(ctx, options = [], arguments = [], by_user = False):
    """Makes an executable that boots ctx.attr.elf.

    Args:
      ctx: of a rule with LAUNCH_ATTRS.
      options: further options of the runner.
      arguments: the guest's arguments before the user's own.
      by_user: the user's arguments may have options of the runner's among them, --gdb for one.

    Returns:
      its DefaultInfo.
    """
    image = flatten(ctx)
    machine = ctx.file.machine or ctx.attr.board[BoardInfo].machine
    options = ["--qemu", TOOLS["qemu"], "--timeout", str(ctx.attr.guest_timeout_s)] + options
    if ctx.attr.cpu:
        options += ["--cpu", ctx.attr.cpu]
    if ctx.attr.icount:
        options.append("--icount")
    if ctx.attr.interactive:
        options.append("--interactive")
    options += _loader_options(ctx)
    named = [(name, target.files.to_list()[0]) for target, name in ctx.attr.files.items()]
    files = [image, machine] + [file for _, file in named]
    esp = ""
    if ctx.attr.esp:
        file = _declare_esp(ctx, image)
        files.append(file)
        esp = ' --esp "$r/%s"' % file.short_path.removesuffix(_UEFI_PATH)
    elf = ""
    if by_user:
        files.append(ctx.files.elf[0])
        elf = ' --elf "$r/%s"' % ctx.files.elf[0].short_path
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, _LAUNCHER.format(
        arguments = "".join([_quote(argument) + " " for argument in arguments]),
        elf = elf,
        esp = esp,
        files = "".join([' --file "%s=$r/%s"' % (name, file.short_path) for name, file in named]),
        image = image.short_path,
        machine = machine.short_path,
        options = " ".join([_quote(option) for option in options]),
        rest = "--user" if by_user else "--",
        runner = ctx.executable._runner.short_path,
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return DefaultInfo(
        executable = launcher,
        files = depset([image]),
        runfiles = ctx.runfiles(files).merge(
            ctx.attr._runner[0][DefaultInfo].default_runfiles,
        ),
    )
