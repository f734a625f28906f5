# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Resident firmware, as data: boot loaders that start the demonstration, and their commands after it returned."""

load("//tools/bazel:environments.bzl", "ENVIRONMENTS", "environment")
load("//tools/bazel:loaders.bzl", "LOADERS", "loader")

# On a page and not on 2 MiB; so far from U-Boot that a branch from the image does not reach it.
_ADDRESS = "0x42003000"

def _u_boot(dialogue, machine = []):
    return loader(
        boot = machine + [
            "-bios",
            "{firmware}",
            "-device",
            "loader,file={image},addr=%s,force-raw=on" % _ADDRESS,
        ],
        dialogue = [("Hit any key to stop autoboot", " ")] + dialogue,
        firmware = "u_boot",
    )

_PROMPT = "=> "

# platforms/image_lines.h
_PASS = "TRIVET-IMAGE: PASS"

def _go(arguments = ""):
    return [
        (_PROMPT, "go %s%s\n" % (_ADDRESS, arguments)),
        (_PASS, ""),
        ("Application terminated, rc = 0x0", ""),
    ]

_U_BOOT_RESPONDS = [
    (_PROMPT, "version\n"),
    ("U-Boot 20", ""),
    (_PROMPT, "sleep 1\n"),
    (_PROMPT, "echo alive at ${baudrate}\n"),
    ("alive at 115200", ""),
]

_UNMAPPED = "0xffff000000000000"

# [u-boot] arch/arm/lib/interrupts_64.c: the line of its handler, which then resets the machine.
_ABORT_LINE = '"Synchronous Abort" handler, esr 0x96000004, far '

_DOWN = "\033[B"
_SHELL = "Shell> "
_APPLICATION = "FS0:\\EFI\\BOOT\\BOOTAA64.EFI\r"

def _host(loader, line, status = 0, board = "qemu_virt", size = "small", timeout_s = 150):
    return struct(
        environment = environment(
            base = ENVIRONMENTS["qemu_virt"],
            board = Label("//platforms:%s_board" % board),
            guest_timeout_s = timeout_s,
            loader = loader,
        ),
        line = line,
        size = size,
        status = status,
    )

HOSTS = {
    # Its boot menu, its shell, the image once more as a command, and power off, which ends QEMU.
    "edk2": _host(
        loader(
            boot = LOADERS["edk2"].boot,
            dialogue = [
                ("the host takes interrupts", ""),
                (_PASS, ""),
                ("ESC to exit", _DOWN + _DOWN + "\r"),
                ("any other key to continue", "\r"),
                (_SHELL, "ver\r"),
                ("UEFI Interactive Shell", ""),
                (_SHELL, _APPLICATION),
                ("the host takes interrupts", ""),
                (_PASS, ""),
                (_SHELL, "stall 100000\r"),
                (_SHELL, "reset -s\r"),
            ],
            esp = True,
            firmware = "edk2",
        ),
        _PASS,
        size = "medium",
        timeout_s = 500,
    ),
    # Twice, then U-Boot's commands, then a load that its own handler reports.
    "u_boot_go": _host(
        _u_boot(_go() + _go() + _U_BOOT_RESPONDS + [(_PROMPT, "md.q %s 1\n" % _UNMAPPED)]),
        _ABORT_LINE + _UNMAPPED,
    ),
    # U-Boot's own handler again, while virtualization is enabled.
    "u_boot_go_abort": _host(
        _u_boot([(_PROMPT, "go %s abort\n" % _ADDRESS)]),
        _ABORT_LINE + "0xffff000000001230",
    ),
    # Interrupts of a controller that U-Boot does not use.
    "u_boot_go_interrupt": _host(
        _u_boot(_go(" interrupt") + [(_PROMPT, "poweroff\n")]),
        _PASS,
    ),
    # An image without a board: an argument names the device tree's address.
    "u_boot_go_tree": _host(
        _u_boot(_go(" fdt=${fdtcontroladdr}") + [(_PROMPT, "poweroff\n")]),
        _PASS,
        board = "generic",
    ),
    "u_boot_bootefi": _host(
        _u_boot([
            (_PROMPT, "bootefi %s:0x100000\n" % _ADDRESS),
            ("the host takes no interrupts", ""),
            (_PASS, ""),
        ] + _U_BOOT_RESPONDS + [(_PROMPT, "poweroff\n")]),
        _PASS,
    ),
}

# edk2 is a VHE host where the CPU has VHE. In every run each host once, on a CPU with VHE or without; :every_cpu has the
# rest.
CPUS = {
    "edk2": ["max"],
    "u_boot_bootefi": ["cortex-a57"],
    "u_boot_go": ["neoverse-v1"],
    "u_boot_go_abort": ["cortex-a57"],
    "u_boot_go_interrupt": ["max"],
    "u_boot_go_tree": ["max"],
}

MORE_CPUS = {
    "edk2": ["cortex-a57", "cortex-a72", "neoverse-v1"],
    "u_boot_bootefi": ["max"],
    "u_boot_go": ["cortex-a57", "cortex-a72", "max"],
    "u_boot_go_abort": ["max"],
    "u_boot_go_interrupt": ["cortex-a57"],
}

# Started where it cannot run.
REFUSALS = {
    "go_at_el1": _host(
        _u_boot(
            [(_PROMPT, "go %s\n" % _ADDRESS), ("rc = 0x66", ""), (_PROMPT, "poweroff\n")],
            ["-M", "virtualization=off"],
        ),
        "platforms/hosted: the image was not entered at EL2 with SP_EL2",
    ),
    "go_without_tree": _host(
        _u_boot([(_PROMPT, "go %s fdt=%s\n" % (_ADDRESS, _ADDRESS)), ("rc = 0x69", ""), (_PROMPT, "poweroff\n")]),
        "platforms/hosted: fdt= is not followed by a device tree's address",
    ),
    "kernel": _host(
        LOADERS["qemu_kernel"],
        "platforms/hosted: no resident firmware to return to: start the image by go, or from UEFI",
        status = 104,
    ),
}
