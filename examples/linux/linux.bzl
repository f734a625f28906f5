# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The machine of this example: Debian's kernel as the guest of QEMU's virt machine."""

load("@trivet//tools/bazel:environments.bzl", "ENVIRONMENTS", "environment")
load("@trivet//tools/bazel:loaders.bzl", "loader")

# The image is loaded at 0x78000000 (BUILD.bazel), near the end of RAM. The tree of the guest is written below its
# kernel.
_KERNEL = "0x50000000"
_RAMDISK = "0x58000000"

# Above the image and the tree that QEMU puts behind it: the guest does not find it there.
_FIRMWARE = "0x7fc00000"

_FILES = {
    "initrd": ":initrd",
    "kernel": ":kernel",
}

def _machine(cpus, gic):
    return ["-M", "gic-version=%d" % gic, "-smp", str(cpus), "-m", "1024"]

def _guest():
    return [
        "-kernel",
        "{image}",
        "-device",
        "guest-loader,addr=%s,kernel={kernel},bootargs=console=ttyAMA0" % _KERNEL,
        "-device",
        "guest-loader,addr=%s,initrd={initrd}" % _RAMDISK,
    ]

# A disk's interrupt is an SPI, or with a GICv3 an LPI for each CPU.
_DISKS = {
    "mmio": "virtio-blk-device",
    "pci": "virtio-blk-pci",
}

# A disk: this image, read-only. The last -device is the guest's /dev/vda.
def _image_disk(disk = "mmio"):
    return [
        "-drive",
        "if=none,id=image,format=raw,readonly=on,file={image}",
        "-device",
        _DISKS[disk] + ",drive=image",
    ]

def linux_machine(cpus = 4, gic = 3, disk = "mmio", second_uart = None):
    """An environment() with Debian's kernel and a RAM disk in memory.

    Args:
      cpus: how many the machine has.
      gic: the version of its interrupt controller.
      disk: how its disk is connected: mmio or pci.
      second_uart: what its second UART is connected to; None: it has one.
    """
    return environment(
        base = ENVIRONMENTS["generic"],
        guest_timeout_s = 150,
        loader = loader(
            boot = _machine(cpus, gic) + _guest() + _image_disk(disk) +
                   (["-serial", second_uart] if second_uart else []),
            files = _FILES,
            semihosting = False,
        ),
    )

# Boards as QEMU models them: no module comes with a node in their trees, the kernel's place is an argument.
_BOARDS = {
    "imx8mp": struct(
        tree = "@debian_linux//:imx8mp-evk.dtb",
        kernel = "0x50000000",
        arguments = ["console=ttymxc1"],
    ),
    # QEMU 11.1 has no HDMI and none of its clocks: their drivers end a kernel there, without EL2 too.
    "rpi4": struct(
        tree = "@debian_linux//:bcm2711-rpi-4-b.dtb",
        kernel = "0x10000000",
        arguments = [
            "console=ttyAMA0",
            "clk_ignore_unused",
            "initcall_blacklist=brcmstb_i2c_driver_init,brcmstb_l2_driver_init",
        ],
    ),
}

def board_arguments(board):
    """What a kernel on that board is started with."""
    return ["trivet.kernel=" + _BOARDS[board].kernel] + _BOARDS[board].arguments

def board_machine(board):
    """An environment() with Debian's kernel on a board of Trivet's; it needs board_arguments()."""
    return environment(
        base = ENVIRONMENTS[board],
        loader = loader(
            boot = [
                "-kernel",
                "{image}",
                "-dtb",
                "{tree}",
                "-initrd",
                "{initrd}",
                "-device",
                "loader,file={kernel},addr=%s,force-raw=on" % _BOARDS[board].kernel,
            ],
            files = _FILES | {"tree": _BOARDS[board].tree},
            semihosting = False,
        ),
    )

# edk2's shell runs the disk's startup.nsh, but only the user starts it: the last entry of its menu.
_CURSOR_UP = "\033[A"
_DIALOGUES = {
    "edk2": [
        ("Press any key to enter the Boot Manager Menu", " "),
        ("ENTER to select boot device", _CURSOR_UP + "\r"),
        ("any other key to continue", "\r"),
    ],
    "u_boot": [],
}

def firmware_machine(firmware, disk, cpus = 4, gic = 3, interactive = False):
    """An environment() in which the guest is a firmware, and loads Debian from a disk.

    Args:
      firmware: "edk2" or "u_boot".
      disk: a boot_disk().
      cpus: how many the machine has.
      gic: the version of its interrupt controller.
      interactive: nothing is typed.
    """
    return environment(
        base = ENVIRONMENTS["generic"],
        guest_timeout_s = 150,
        loader = loader(
            boot = _machine(cpus, gic) + [
                "-M",
                "acpi=off",  # [uefi] edk2 hands on a device tree only where it has no ACPI tables to hand on.
                "-kernel",
                "{image}",
                "-device",
                "guest-loader,addr=%s,kernel={firmware}" % _FIRMWARE,
                "-drive",
                "if=none,id=disk,format=raw,readonly=on,file=fat:{disk}",
                "-device",
                "virtio-blk-device,drive=disk",
            ] + _image_disk(),
            dialogue = [] if interactive else _DIALOGUES[firmware],
            files = {"disk": disk},
            firmware = firmware,
            semihosting = False,
        ),
    )

# Nothing differs between two runs under -icount: the seeds in the device tree are fixed, the clock is the machine's, and
# there is no disk, whose answers take the build machine's time.
_SAME = ["-seed", "1", "-rtc", "clock=vm,base=2026-01-01"]

def counted_machine(native = False):
    """An environment() with one CPU, in which every boot is the same under -icount.

    Args:
      native: without EL2, the kernel and the RAM disk are what QEMU starts.
    """
    kernel = ["-M", "virtualization=off", "-kernel", "{kernel}", "-initrd", "{initrd}"]
    return environment(
        base = ENVIRONMENTS["generic"],
        loader = loader(
            boot = _machine(1, 3) + _SAME + (kernel if native else _guest()),
            files = _FILES,
            semihosting = False,
        ),
    )
