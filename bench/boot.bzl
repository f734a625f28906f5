# SPDX-License-Identifier: Apache-2.0 OR MIT
"""How a benchmark image is booted on a board's machine."""

load("@trivet_tools//:defs.bzl", "TOOLS")

def boot(board, image):
    """The runner's command, in words for args and env, which needs image, runner and qemu.args in data.

    Args:
      board: its name.
      image: the label of an el2_image.

    Returns:
      a list of words.
    """
    return [
        "$(rootpath //tools/runner)",
        "--qemu",
        TOOLS["qemu"],
        "--machine",
        "$(rootpath //platforms:boards/%s/qemu.args)" % board,
        "--image",
        "$(rootpath %s)" % image,
        "--timeout",
        "120",
    ]
