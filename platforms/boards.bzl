# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Turns every folder under boards/ into a board, a platform, and the aliases that depend on it."""

load("//tools/bazel:board.bzl", "board")

_NO_BOARD = "this target needs a board: use --platforms=@trivet//platforms:BOARD or an environment that names one"

def declare_boards():
    """Declares the targets of each board, and the alias that names the current one.

    boards/NAME/board.dts   its device tree; a board without one takes its loader's
    boards/NAME/qemu.args   the QEMU machine that models the board

    //platforms:NAME is the platform, :NAME_board the board() in any configuration, and
    :this_board the one of the current platform. :board_trees are all their trees.
    """
    names = [path.split("/")[1] for path in native.glob(["boards/*/qemu.args"])]
    for name in names:
        _declare_board(name)
    native.filegroup(
        name = "board_trees",
        srcs = [name + "_board" for name in names],
        tags = ["manual"],
    )
    native.alias(
        name = "this_board",
        actual = select({":is_" + name: name + "_board" for name in names}, no_match_error = _NO_BOARD),
        # Wildcards on the host have no board to choose.
        tags = ["manual"],
    )

def _declare_board(name):
    folder = "boards/" + name
    native.exports_files([folder + "/qemu.args"])
    native.constraint_value(name = name + "_constraint", constraint_setting = ":board")
    native.config_setting(name = "is_" + name, constraint_values = [name + "_constraint"])
    native.platform(
        name = name,
        constraint_values = [name + "_constraint"],
        parents = [":el2"],
    )
    trees = native.glob([folder + "/board.dts"], allow_empty = True)
    native.exports_files(trees)
    board(
        name = name + "_board",
        machine = folder + "/qemu.args",
        tags = ["manual"],
        tree = trees[0] if trees else None,
    )
