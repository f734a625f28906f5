"""Turns every folder under boards/ into a platform and a :board choice."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def declare_boards():
    """Declares, for each boards/NAME/board.h, the targets of that board.

    boards/NAME/board.h     memory map, console, interrupt controller, CPU bring-up, power-off
    boards/NAME/memory.ld   where the image is linked and how much memory it may use
    boards/NAME/qemu.args   the QEMU machine that models the board
    """
    names = [path.split("/")[1] for path in native.glob(["boards/*/board.h"])]
    for name in names:
        _declare_board(name)

    native.alias(
        name = "this_board",
        actual = select({":is_" + name: ":" + name + "_board" for name in names}),
    )
    native.alias(
        name = "this_board_memory",
        actual = select({":is_" + name: "boards/" + name + "/memory.ld" for name in names}),
    )

def _declare_board(name):
    folder = "boards/" + name
    native.exports_files([folder + "/memory.ld", folder + "/qemu.args"])
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
    )
