# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The machine that Debian runs on, QEMU's, whose EL2 the kernel leaves to its stub, and tests on it."""

load("@trivet//tools/bazel:el2_test.bzl", "el2_boot_test")
load("@trivet//tools/bazel:environments.bzl", "ENVIRONMENTS", "environment")
load("@trivet//tools/bazel:loaders.bzl", "loader")

# What keeps EL2 free: no KVM, and on a CPU with VHE a kernel at EL1. [linux] kernel-parameters.txt.
NO_KVM = "kvm-arm.mode=none"
NO_VHE = "id_aa64mmfr1.vh=0"
CONSOLE = ["console=ttyAMA0", "quiet"]
KERNEL_ARGUMENTS = CONSOLE + [NO_KVM, NO_VHE]

# The last -device is /dev/vda: the kernel, and /dev/vdb its RAM disk, which kexec starts again.
def _disk(name):
    return [
        "-drive",
        "if=none,id=%s,format=raw,readonly=on,file={%s}" % (name, name),
        "-device",
        "virtio-blk-device,drive=" + name,
    ]

def debian_machine(suite, cpus = 4, el2 = True):
    """An environment() with a kernel of Debian's and a RAM disk, started as firmware starts them.

    Args:
      suite: Debian's.
      cpus: how many the machine has.
      el2: whether it has EL2.
    """
    return environment(
        base = ENVIRONMENTS["generic"],
        guest_timeout_s = 150,
        loader = loader(
            boot = [
                "-M",
                "gic-version=3" + ("" if el2 else ",virtualization=off"),
                "-smp",
                str(cpus),
                "-m",
                "1024",
                "-kernel",
                "{kernel}",
                "-initrd",
                "{initrd}",
            ] + _disk("initrd") + _disk("kernel"),
            files = {
                "initrd": ":ramdisk_" + suite,
                "kernel": "@debian_modules//%s:vmlinuz" % suite,
            },
            semihosting = False,
        ),
    )

def debian_test(
        name,
        program = None,
        suite = "forky",
        cpu = "cortex-a57",
        cpus = 4,
        el2 = True,
        arguments = KERNEL_ARGUMENTS,
        size = "medium",
        **kwargs):
    """A program of guest/ runs in Debian, and its last line says that it passed.

    Args:
      name: the test.
      program: None: the test's name.
      suite: Debian's.
      cpu: of the machine.
      cpus: as debian_machine().
      el2: as debian_machine().
      arguments: the kernel's.
      size: Bazel's.
      **kwargs: el2_boot_test's.
    """
    el2_boot_test(
        name = name,
        size = size,
        cpu = cpu,
        elf = ":el2.elf",
        environment = debian_machine(suite, cpus, el2),
        expected_line = "guest: PASS",
        guest_args = arguments + ["trivet.run=/" + (program or name)],
        **kwargs
    )
