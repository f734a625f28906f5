# SPDX-License-Identifier: Apache-2.0 OR MIT
"""guest_program: a program for arm64 Linux, without a C library, by the GCC that modules are compiled with."""

load("@debian_modules//:defs.bzl", "KERNELS")

def _impl(ctx):
    root = [kernel.root for kernel in KERNELS.values()]
    if not root:
        fail("no GCC for arm64: run it by bazelw")
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run_shell(
        arguments = [root[0], ctx.file.src.path, output.path],
        command = "PATH=$1/usr/bin:$PATH LD_LIBRARY_PATH=$1/usr/lib/x86_64-linux-gnu aarch64-linux-gnu-gcc -O2 -Wall -Werror " +
                  "-ffreestanding -fno-stack-protector -nostdlib -static -s -o $3 $2",
        inputs = [ctx.file.src, ctx.file._header],
        mnemonic = "GuestProgram",
        outputs = [output],
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([output]))]

guest_program = rule(
    implementation = _impl,
    attrs = {
        "src": attr.label(
            allow_single_file = [".c"],
            mandatory = True,
        ),
        "_header": attr.label(
            allow_single_file = True,
            default = ":guest/program.h",
        ),
    },
)
