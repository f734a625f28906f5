"""The machine of this example: Debian's kernel as the guest of QEMU's virt machine."""

load("@trivet//tools/bazel:environments.bzl", "ENVIRONMENTS", "environment")
load("@trivet//tools/bazel:loaders.bzl", "loader")

# The image is loaded at 0x40200000, near the start of RAM. The tree of the guest is written below its kernel.
_KERNEL = "0x50000000"
_RAMDISK = "0x58000000"

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

def linux_machine(cpus = 4, gic = 3, second_uart = None):
    """An environment() with Debian's kernel and a RAM disk in memory.

    Args:
      cpus: how many the machine has.
      gic: the version of its interrupt controller.
      second_uart: what its second UART is connected to; None: it has one.
    """
    return environment(
        base = ENVIRONMENTS["generic"],
        guest_timeout_s = 150,
        loader = loader(
            boot = _machine(cpus, gic) + _guest() + [
                # A disk: this image, read-only.
                "-drive",
                "if=none,id=disk,format=raw,readonly=on,file={image}",
                "-device",
                "virtio-blk-device,drive=disk",
            ] + (["-serial", second_uart] if second_uart else []),
            files = _FILES,
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
