"""What starts an image on a QEMU machine, as data."""

load("@trivet_tools//:defs.bzl", "FIRMWARE")

def loader(boot, firmware = None, esp = False, dialogue = []):
    """One way to start an image.

    Args:
      boot: QEMU's arguments. {image} stands for the flat image, {firmware} and {esp} for what follows.
      firmware: a name in FIRMWARE, the loader's own program.
      esp: whether {esp} is needed: a folder with the image where UEFI looks for it on removable media.
      dialogue: (text, answer) pairs: when the loader's console shows the text, the answer is typed.

    Returns:
      a struct with all of these fields, and `available`: whether this machine has the firmware.
    """
    return struct(
        available = not firmware or bool(FIRMWARE[firmware]),
        boot = boot,
        dialogue = dialogue,
        esp = esp,
        firmware = FIRMWARE[firmware] if firmware else "",
    )

# Somewhere in the RAM of the virt machine, on a page and not on 2 MiB, away from U-Boot and its device tree.
_ADDRESS = "0x42003000"
_IN_MEMORY = ["-device", "loader,file={image},addr=%s,force-raw=on" % _ADDRESS]

def _u_boot(command):
    return loader(
        boot = ["-bios", "{firmware}"] + _IN_MEMORY,
        dialogue = [
            ("Hit any key to stop autoboot", " "),
            ("=> ", command + "\n"),
        ],
        firmware = "u_boot",
    )

LOADERS = {
    "edk2": loader(
        boot = [
            "-bios",
            "{firmware}",
            "-drive",
            "if=none,id=esp,format=raw,readonly=on,file=fat:{esp}",
            "-device",
            "virtio-blk-device,drive=esp",
        ],
        esp = True,
        firmware = "edk2",
    ),
    "qemu_kernel": loader(boot = ["-kernel", "{image}"]),
    # [u-boot] booti ADDRESS - DEVICE_TREE; bootefi ADDRESS:SIZE, in hexadecimal.
    "u_boot_bootefi": _u_boot("bootefi %s:0x100000" % _ADDRESS),
    "u_boot_booti": _u_boot("booti %s - ${fdtcontroladdr}" % _ADDRESS),
    "u_boot_go": _u_boot("go " + _ADDRESS),
}
