# SPDX-License-Identifier: Apache-2.0 OR MIT
"""boot_disk: a folder that firmware boots Debian's kernel from, as a disk."""

# [u-boot] extlinux.conf, which it looks for on every disk.
_EXTLINUX = """\
default linux
label linux
  kernel /vmlinuz
  initrd /initrd
  append {arguments}
"""

# [uefi-shell] 3.3: what the shell runs first. The kernel takes its RAM disk from the shell's command.
_STARTUP = """\
FS0:
initrd initrd
vmlinuz {arguments}
"""

def _impl(ctx):
    disk = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        arguments = [
            ctx.file.kernel.path,
            ctx.file.initrd.path,
            disk.path,
            _EXTLINUX.format(arguments = ctx.attr.arguments),
            _STARTUP.format(arguments = ctx.attr.arguments),
        ],
        command = "cp -L $1 $3/vmlinuz && cp -L $2 $3/initrd && mkdir $3/extlinux && " +
                  "printf %s \"$4\" > $3/extlinux/extlinux.conf && printf %s \"$5\" > $3/startup.nsh",
        inputs = [ctx.file.kernel, ctx.file.initrd],
        mnemonic = "BootDisk",
        outputs = [disk],
    )
    return [DefaultInfo(files = depset([disk]))]

boot_disk = rule(
    implementation = _impl,
    attrs = {
        "arguments": attr.string(doc = "The kernel's."),
        "initrd": attr.label(
            allow_single_file = True,
            mandatory = True,
        ),
        "kernel": attr.label(
            allow_single_file = True,
            mandatory = True,
        ),
    },
    doc = "NAME/: vmlinuz, initrd, and how U-Boot and the UEFI shell start them. For QEMU's fat:FOLDER.",
)
