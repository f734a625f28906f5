# SPDX-License-Identifier: Apache-2.0 OR MIT
"""el2_image: the flat image that a board's loader starts, from an ELF."""

load("@trivet_tools//:defs.bzl", "TOOLS")
load(":board.bzl", "BoardInfo")
load(":transition.bzl", "EL2_TRANSITION_ATTRS", "el2_transition")

FLATTEN_ATTRS = EL2_TRANSITION_ATTRS | {
    "board": attr.label(
        default = "//platforms:this_board",
        doc = "The board whose device tree the image carries; default: that of the build's platform.",
        providers = [BoardInfo],
    ),
    "elf": attr.label(
        cfg = el2_transition,
        doc = "An el2_binary.",
        mandatory = True,
    ),
}

# Reserved in platforms/runtime/board_block.S.
_BOARD_SECTION = ".trivet_board"

def _objcopy(ctx, suffix, arguments, inputs):
    output = ctx.actions.declare_file(ctx.label.name + suffix)
    ctx.actions.run(
        arguments = arguments + [inputs[0].path, output.path],
        executable = TOOLS["objcopy"],
        inputs = inputs,
        mnemonic = "El2Image",
        outputs = [output],
        progress_message = "Flattening %{output}",
    )
    return output

def flatten(ctx):
    """Declares the flat image of an ELF for a board.

    Args:
      ctx: of a rule with FLATTEN_ATTRS.

    Returns:
      its File.
    """
    elf = ctx.files.elf[0]
    tree = ctx.attr.board[BoardInfo].tree
    if tree:
        elf = _objcopy(ctx, ".board.elf", ["--update-section", "%s=%s" % (_BOARD_SECTION, tree.path)], [elf, tree])
    return _objcopy(ctx, ".img", ["-O", "binary"], [elf])

el2_image = rule(
    implementation = lambda ctx: [DefaultInfo(files = depset([flatten(ctx)]))],
    attrs = FLATTEN_ATTRS,
    doc = "NAME.img: what `elf` loads, from its first byte, which is also its entry point.",
)
