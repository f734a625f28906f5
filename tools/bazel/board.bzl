# SPDX-License-Identifier: Apache-2.0 OR MIT
"""board: a machine that images run on, as data."""

load("@trivet_tools//:defs.bzl", "TOOLS")

BoardInfo = provider(
    doc = "A board.",
    fields = {
        "machine": "File: the arguments with which QEMU models it.",
        "tree": "File: its device tree, flattened; None for a board that leaves everything to its loader's.",
    },
)

# What an image has room for: //platforms/runtime:board_block.
BOARD_BLOCK_BYTES = 4096

# A warning of dtc's is an error, and so is a tree that does not fit.
_COMPILE = """
dtc=$1 source=$2 tree=$3 max=$4
said=$("$dtc" -i . -I dts -O dtb -o "$tree" "$source" 2>&1) && [ -z "$said" ] || { echo "$said"; exit 1; }
bytes=$(wc -c < "$tree")
[ "$bytes" -le "$max" ] || { echo "$source: $bytes bytes when compiled; an image has room for $max"; exit 1; }
"""

def _compile_tree(ctx):
    tree = ctx.actions.declare_file(ctx.label.name + ".dtb")
    ctx.actions.run_shell(
        arguments = [TOOLS["dtc"], ctx.file.tree.path, tree.path, str(BOARD_BLOCK_BYTES)],
        command = _COMPILE,
        inputs = [ctx.file.tree] + ctx.files.included,
        mnemonic = "DeviceTree",
        outputs = [tree],
        progress_message = "Compiling device tree %{input}",
    )
    return tree

def _impl(ctx):
    tree = _compile_tree(ctx) if ctx.file.tree else None
    return [
        BoardInfo(machine = ctx.file.machine, tree = tree),
        DefaultInfo(files = depset([tree] if tree else [])),
    ]

board = rule(
    implementation = _impl,
    attrs = {
        "included": attr.label_list(
            allow_files = [".dts"],
            doc = "What `tree` includes, by paths from the workspace's root.",
        ),
        "machine": attr.label(
            allow_single_file = True,
            doc = "QEMU's arguments that model the board, one line.",
            mandatory = True,
        ),
        "tree": attr.label(
            allow_single_file = [".dts"],
            doc = "Its device tree, at most BOARD_BLOCK_BYTES when compiled; none: the loader has to pass one.",
        ),
    },
    doc = "A board: its device tree goes into the images that are made for it.",
    provides = [BoardInfo],
)
