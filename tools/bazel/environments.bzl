# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Where a test can run, as data."""

load(":loaders.bzl", "LOADERS")

def environment(base = None, **fields):
    """One place to run a test in.

    Args:
      base: an environment whose fields this one takes over where it gives none.
      **fields: host (bool: runs on the build's own platform, as a cc_test), board (label of a
        board()), machine (label of QEMU arguments, instead of the board's), loader (what starts the image
        there), cpus (int: how many the machine has), cpu (QEMU's name of their model, where the machine has its
        own), lacks (what the machine does not have that tests look
        for: names of tests/support/abilities.h), guest_timeout_s, tags.

    Returns:
      a struct with all of these fields.
    """
    default = {
        "board": None,
        "cpu": "max",
        "cpus": 4,
        "guest_timeout_s": 150,
        "host": False,
        "lacks": [],
        "loader": LOADERS["qemu_kernel"],
        "machine": None,
        "tags": [],
    }
    for field in fields:
        if field not in default:
            fail("environment has no field '%s'; it has %s" % (field, ", ".join(default)))
    inherited = {field: getattr(base, field) for field in default} if base else {}
    return struct(**(default | inherited | fields))

_QEMU = environment(
    tags = ["qemu"],
)

_QEMU_VIRT = environment(
    base = _QEMU,
    board = Label("//platforms:qemu_virt_board"),
)

# The same machine started by each loader.
_LOADED = {
    "qemu_virt_" + name: environment(base = _QEMU_VIRT, loader = loader)
    for name, loader in LOADERS.items()
    if name != "qemu_kernel"
}
LOADER_ENVIRONMENTS = _LOADED.keys()

def _on_boards(names, tags = [], **fields):
    return {
        name: environment(
            base = _QEMU,
            board = Label("//platforms:%s_board" % name),
            tags = _QEMU.tags + ["board", name] + tags,
            **fields
        )
        for name in names
    }

# The machines that model boards, started by QEMU's -kernel. Cortex-A53 and A72 lack VHE.
_BOARDS = (
    _on_boards(["qemu_virt_gicv2"]) |
    _on_boards(["rpi3", "zcu102"], cpu = "cortex-a53", lacks = ["vhe"]) |
    _on_boards(["rpi4"], cpu = "cortex-a72", lacks = ["vhe"])
)

# Those that `bazel test //...` leaves out: `bazel test //tests:more_boards` is for them. With a GIC that has two
# security states FIQs are the secure one's.
_MORE_BOARDS = (
    _on_boards(["imx8mp"], cpu = "cortex-a53", lacks = ["vhe"], tags = ["manual"]) |
    _on_boards(["npcm845"], cpu = "cortex-a35", lacks = ["fiq", "vhe"], tags = ["manual"]) |
    _on_boards(["sbsa_ref"], cpu = "neoverse-n2", cpus = 1, lacks = ["fiq"], tags = ["manual"]) |
    _on_boards(["versal"], cpu = "cortex-a72", cpus = 2, lacks = ["fiq", "vhe"], tags = ["manual"])
)
BOARD_ENVIRONMENTS = _BOARDS.keys()
MORE_BOARD_ENVIRONMENTS = _MORE_BOARDS.keys()

ENVIRONMENTS = {
    "generic": environment(
        base = _QEMU,
        board = Label("//platforms:generic_board"),
    ),
    "qemu_virt": _QEMU_VIRT,
    "sim": environment(host = True),
} | _LOADED | _BOARDS | _MORE_BOARDS
