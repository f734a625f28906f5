"""The machine of this example: Debian's kernel as the guest of QEMU's virt machine."""

load("@trivet//tools/bazel:environments.bzl", "ENVIRONMENTS", "environment")
load("@trivet//tools/bazel:loaders.bzl", "loader")

# The image is loaded at 0x40200000, near the start of RAM. The tree of the guest is written below its kernel.
_KERNEL = "0x50000000"
_RAMDISK = "0x58000000"

def linux_machine(cpus = 4, gic = 3):
    """An environment() with Debian's kernel and a RAM disk in memory.

    Args:
      cpus: how many the machine has.
      gic: the version of its interrupt controller.
    """
    return environment(
        base = ENVIRONMENTS["generic"],
        guest_timeout_s = 150,
        loader = loader(
            boot = [
                "-M",
                "gic-version=%d" % gic,
                "-smp",
                str(cpus),
                "-m",
                "1024",
                "-kernel",
                "{image}",
                "-device",
                "guest-loader,addr=%s,kernel={kernel},bootargs=console=ttyAMA0" % _KERNEL,
                "-device",
                "guest-loader,addr=%s,initrd={initrd}" % _RAMDISK,
                # A disk: this image, read-only.
                "-drive",
                "if=none,id=disk,format=raw,readonly=on,file={image}",
                "-device",
                "virtio-blk-device,drive=disk",
            ],
            files = {
                "initrd": ":initrd",
                "kernel": ":kernel",
            },
            semihosting = False,
        ),
    )
