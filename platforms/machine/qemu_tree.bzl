# SPDX-License-Identifier: Apache-2.0 OR MIT
"""qemu_tree: the device tree that QEMU makes for a machine, for tests."""

load("@trivet_tools//:defs.bzl", "TOOLS")

def _impl(ctx):
    raw = ctx.actions.declare_file(ctx.label.name + ".raw.dtb")
    packed = ctx.actions.declare_file(ctx.label.name + ".dtb")
    ctx.actions.run(
        arguments = ["-nodefaults", "-nographic", "-M", ctx.attr.machine + ",dumpdtb=" + raw.path] + ctx.attr.options,
        executable = TOOLS["qemu"],
        mnemonic = "QemuTree",
        outputs = [raw],
    )

    # QEMU leaves a megabyte of room.
    ctx.actions.run(
        arguments = ["-q", "-I", "dtb", "-O", "dtb", "-o", packed.path, raw.path],
        executable = TOOLS["dtc"],
        inputs = [raw],
        mnemonic = "DeviceTree",
        outputs = [packed],
    )
    return [DefaultInfo(files = depset([packed]))]

qemu_tree = rule(
    implementation = _impl,
    attrs = {
        "machine": attr.string(doc = "QEMU's -M, without randomness.", mandatory = True),
        "options": attr.string_list(doc = "Further options, one word each."),
    },
    doc = "NAME.dtb: what QEMU hands the loader of that machine.",
)
