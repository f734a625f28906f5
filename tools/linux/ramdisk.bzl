# SPDX-License-Identifier: Apache-2.0 OR MIT
"""initial_ramdisk: what a guest's kernel starts its first program from."""

def _impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".cpio")
    names = {ctx.file.init: "init"} | {files.files.to_list()[0]: name for files, name in ctx.attr.files.items()}
    ctx.actions.run(
        arguments = [output.path] + ["%s=%s" % (name, file.path) for file, name in names.items()],
        executable = ctx.executable._pack,
        inputs = names.keys(),
        mnemonic = "Ramdisk",
        outputs = [output],
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([output]))]

initial_ramdisk = rule(
    implementation = _impl,
    attrs = {
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "Further files by their names in it; one that ends in .xz is unpacked.",
        ),
        "init": attr.label(
            allow_single_file = True,
            doc = "The first program, /init.",
            mandatory = True,
        ),
        "_pack": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = ":pack_ramdisk",
            executable = True,
        ),
    },
    doc = "NAME.cpio, in the format of the kernel's initramfs.",
)
