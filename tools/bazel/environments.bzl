"""Where a test can run, as data."""

load(":loaders.bzl", "LOADERS")

def environment(base = None, **fields):
    """One place to run a test in.

    Args:
      base: an environment whose fields this one takes over where it gives none.
      **fields: host (bool: runs on the build's own platform, as a cc_test), board (label of a
        board()), machine (label of QEMU arguments, instead of the board's), loader (what starts the image
        there), guest_timeout_s, tags.

    Returns:
      a struct with all of these fields.
    """
    default = {
        "board": None,
        "guest_timeout_s": 30,
        "host": False,
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
    # The emulator runs the guest's CPUs on host threads.
    tags = ["qemu", "cpu:2"],
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

ENVIRONMENTS = {
    "qemu_virt": _QEMU_VIRT,
    "rpi4": environment(
        base = _QEMU,
        board = Label("//platforms:rpi4_board"),
    ),
    "sim": environment(host = True),
} | _LOADED
