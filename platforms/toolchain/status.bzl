# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Says what the EL2 tool detection found on this machine."""

load("@trivet_tools//:defs.bzl", "CXX_INCLUDES", "FIRMWARE", "HAS_EL2_TOOLCHAIN", "HAS_QEMU", "TOOLS", "WHY_NOT")

def _impl(ctx):
    lines = [
        "EL2 toolchain: " + ("yes" if HAS_EL2_TOOLCHAIN else "no"),
        "QEMU:          " + ("yes" if HAS_QEMU else "no"),
    ]
    lines += ["  %s: %s" % (tool, path or "none") for tool, path in TOOLS.items()]
    lines += ["  boot loader %s: %s" % (name, path or "none") for name, path in FIRMWARE.items()]
    lines += ["  headers: " + path for path in CXX_INCLUDES]
    lines += ["missing: " + why for why in WHY_NOT]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/bin/sh\ncat <<'END'\n" + "\n".join(lines) + "\nEND\n",
        is_executable = True,
    )
    return [DefaultInfo(executable = script)]

toolchain_status = rule(
    implementation = _impl,
    doc = "An executable that prints the detected tools, or the reason why EL2 targets are skipped.",
    executable = True,
)
