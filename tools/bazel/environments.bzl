"""Where a test can run, as data."""

def environment(base = None, **fields):
    """One place to run a test in.

    Args:
      base: an environment whose fields this one takes over where it gives none.
      **fields: host (bool: runs on the build's own platform, as a cc_test), platform (label of
        the EL2 platform), machine (label of the QEMU arguments), guest_timeout_s, tags.

    Returns:
      a struct with all of these fields.
    """
    default = {
        "guest_timeout_s": 30,
        "host": False,
        "machine": None,
        "platform": None,
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

ENVIRONMENTS = {
    "qemu_virt": environment(
        base = _QEMU,
        machine = Label("//platforms:boards/qemu_virt/qemu.args"),
        platform = Label("//platforms:qemu_virt"),
    ),
    "sim": environment(host = True),
}
