# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What starts an image on a QEMU machine, as data."""

load("@trivet_tools//:defs.bzl", "FIRMWARE")

def loader(boot, firmware = None, esp = False, dialogue = [], files = {}, semihosting = True):
    """One way to start an image.

    Args:
      boot: QEMU's arguments. {image} stands for the flat image, {firmware}, {esp} and the names of `files` for what
        follows.
      firmware: a name in FIRMWARE, the loader's own program.
      esp: whether {esp} is needed: a folder with the image where UEFI looks for it on removable media.
      files: labels of further files by their names in `boot`: a kernel, a disk.
      semihosting: whether the image may use it: its arguments and its status go that way. Without, its arguments are
        the words of -append, and what it runs as a guest has no way out of QEMU either.
      dialogue: (text, answer) pairs: when the loader's console shows the text, the answer is typed.

    Returns:
      a struct with all of these fields, and `available`: whether this machine has the firmware.
    """
    return struct(
        available = not firmware or bool(FIRMWARE[firmware]),
        boot = boot,
        dialogue = dialogue,
        esp = esp,
        files = files,
        firmware = FIRMWARE[firmware] if firmware else "",
        semihosting = semihosting,
    )

# Somewhere in the RAM of the virt machine, on a page and not on 2 MiB, away from U-Boot and its device tree.
_ADDRESS = "0x42003000"
_IN_MEMORY = ["-device", "loader,file={image},addr=%s,force-raw=on" % _ADDRESS]

def _u_boot(commands, machine = []):
    return loader(
        boot = machine + ["-bios", "{firmware}"] + _IN_MEMORY,
        dialogue = [("Hit any key to stop autoboot", " ")] + [("=> ", command + "\n") for command in commands],
        firmware = "u_boot",
    )

# A disk on which UEFI finds the image as on removable media.
_ESP = [
    "-drive",
    "if=none,id=esp,format=raw,readonly=on,file=fat:{esp}",
    "-device",
    "virtio-blk-device,drive=esp",
]

# [u-boot] bootefi ADDRESS:SIZE, in hexadecimal.
_BOOTEFI = "bootefi %s:0x100000" % _ADDRESS

# [u-boot] booti ADDRESS - DEVICE_TREE.
_BOOTI = "booti %s - ${fdtcontroladdr}" % _ADDRESS

# [edk2] the seconds before the first boot option, from QEMU.
_EDK2 = ["-bios", "{firmware}", "-boot", "menu=on,splash-time=0"]

LOADERS = {
    "edk2": loader(
        boot = _EDK2 + _ESP,
        esp = True,
        firmware = "edk2",
    ),
    # QEMU hands the image to edk2, which starts it before it looks at any disk.
    "edk2_kernel": loader(
        boot = _EDK2 + ["-kernel", "{image}"],
        firmware = "edk2",
    ),
    "qemu_kernel": loader(boot = ["-kernel", "{image}"]),
    "u_boot_bootefi": _u_boot([_BOOTEFI]),
    "u_boot_booti": _u_boot([_BOOTI]),
    # Nothing is typed: U-Boot finds the disk by itself.
    "u_boot_disk": loader(
        boot = ["-bios", "{firmware}"] + _ESP,
        esp = True,
        firmware = "u_boot",
    ),
    "u_boot_go": _u_boot(["go " + _ADDRESS]),
}

# Without semihosting, as on a board: arguments come with the device tree, and the run ends with a reset.
def _bare_kernel(machine = [], cpus = 4):
    arguments = ["-append", "functest --cpus=%d" % cpus]
    return loader(boot = machine + arguments + ["-kernel", "{image}"], semihosting = False)

BARE_KERNEL = _bare_kernel()
BARE_KERNEL_GIC_V2 = _bare_kernel(["-M", "gic-version=2"])

# In two clusters.
BARE_KERNEL_18_CPUS = _bare_kernel(["-smp", "18"], cpus = 18)

# [uefi] edk2 hands on a device tree only where it has no ACPI tables to hand on.
EDK2_DEVICE_TREE = loader(
    boot = ["-M", "acpi=off"] + LOADERS["edk2"].boot,
    esp = True,
    firmware = "edk2",
)

# Arguments as UEFI's load options, and no tree that could have them. One CPU fewer than they say.
EDK2_WRONG_OPTIONS = loader(
    boot = LOADERS["edk2_kernel"].boot + ["-append", "functest --cpus=5"],
    firmware = "edk2",
    semihosting = False,
)

# BL31 at the address where the CPU is reset, as in the board's firmware; without a word from that it starts what is at
# 0x80000, with 0 for a device tree.
TF_A_RPI4 = loader(
    boot = [
        "-device",
        "loader,file={firmware},addr=0,force-raw=on,cpu-num=0",
        "-device",
        "loader,file={image},addr=0x80000,force-raw=on",
    ],
    firmware = "tf_a_rpi4",
)

# Where no image runs to its end, or not all of it can: at EL3 from reset, without firmware, and at EL1. The
# last one turns the machine off by a command of the firmware, which has to have survived the image.
def _reset_at_el3(machine):
    return loader(boot = ["-M", machine, "-device", "loader,file={image},addr=%s,force-raw=on,cpu-num=0" % _ADDRESS])

RESET_AT_EL3 = _reset_at_el3("secure=on")
RESET_AT_EL3_WITH_TAGS = _reset_at_el3("secure=on,mte=on")
_WITHOUT_EL2 = ["-M", "virtualization=off"]
KERNEL_AT_EL1 = loader(boot = _WITHOUT_EL2 + ["-kernel", "{image}"])
GO_AT_EL1 = _u_boot(["go " + _ADDRESS], _WITHOUT_EL2)
UEFI_AT_EL1 = _u_boot([_BOOTEFI, "poweroff"], _WITHOUT_EL2)

# U-Boot at EL3 gives EL2 less than the CPU has. All CPUs of the machine run it at once.
BOOTI_FROM_EL3 = _u_boot([_BOOTI], ["-M", "secure=on", "-smp", "1"])
