# SPDX-License-Identifier: Apache-2.0 OR MIT
"""kernel_module: a module of one of Debian's arm64 kernels, by that kernel's own build."""

load("@debian_modules//:defs.bzl", "KERNELS")

# Only what fails is printed: all of the build's output.
_BUILD = """\
root=$1 release=$2 name=$3 output=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -L "$@" "$work"
export PATH=$root/usr/bin:$PATH LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu
make -s -C "$root/usr/src/linux-headers-$release" M="$work" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \\
  KCFLAGS=-Werror CONFIG_DEBUG_INFO_BTF_MODULES= modules > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
aarch64-linux-gnu-strip --strip-debug -o "$output" "$work/$name.ko"
"""

def _impl(ctx):
    kernel = KERNELS.get(ctx.attr.suite)
    if not kernel:
        fail("no headers of Debian %s's kernel: run it by bazelw, with TRIVET_SUITES=%s" % (ctx.attr.suite, ctx.attr.suite))
    output = ctx.actions.declare_file(ctx.label.name + ".ko")
    ctx.actions.run_shell(
        arguments = [kernel.root, kernel.release, ctx.attr.module, output.path] + [file.path for file in ctx.files.srcs],
        command = _BUILD,
        inputs = ctx.files.srcs,
        mnemonic = "KernelModule",
        outputs = [output],
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([output]))]

kernel_module = rule(
    implementation = _impl,
    attrs = {
        "module": attr.string(
            doc = "Its name, which Kbuild has.",
            mandatory = True,
        ),
        "srcs": attr.label_list(
            allow_files = True,
            doc = "Kbuild and what it names; all in one folder.",
            mandatory = True,
        ),
        "suite": attr.string(
            doc = "Debian's, whose kernel it is for.",
            mandatory = True,
        ),
    },
    doc = "NAME.ko.",
)
