"""Turns every folder under boards/ into a platform and the choices that follow from it."""

load("@rules_cc//cc:defs.bzl", "cc_library")

_NO_BOARD = "this target needs a board: use --platforms=//platforms:BOARD or a rule that transitions to one"

def declare_boards():
    """Declares the targets of each board, and the aliases that name the current one.

    boards/NAME/board.h     console, interrupt controller, CPU start, power off, CPUs
    boards/NAME/qemu.args   the QEMU machine that models the board

    //platforms:NAME is the platform; :this_board and :this_board_machine are that
    board's two files in its configuration.
    """
    names = [path.split("/")[1] for path in native.glob(["boards/*/board.h"])]
    for name in names:
        _declare_board(name)
    for alias, file in {
        "this_board": "%s_board",
        "this_board_machine": "boards/%s/qemu.args",
    }.items():
        native.alias(
            name = alias,
            actual = select({":is_" + name: file % name for name in names}, no_match_error = _NO_BOARD),
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
        constraint_values = [
            "@platforms//cpu:aarch64",
            "@platforms//os:none",
            ":el2_execution",
            name + "_constraint",
        ],
    )
    cc_library(
        name = name + "_board",
        hdrs = [folder + "/board.h"],
        include_prefix = "platforms",
        strip_include_prefix = folder,
        target_compatible_with = [name + "_constraint"],
        deps = ["//platforms/devices"],
    )
