# SPDX-License-Identifier: Apache-2.0 OR MIT
"""disassembly: what a library for EL2 compiles to, as text, from any configuration."""

load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@trivet_tools//:defs.bzl", "TOOLS")
load("//tools/bazel:transition.bzl", "EL2_TRANSITION_ATTRS", "el2_transition")

def _objects(library, dependencies):
    """The object files of a trivet_library and of its assembly; with those of all it depends on, or without."""
    labels = [library.label, library.label.relative(library.label.name + ".assembly")]
    inputs = library[CcInfo].linking_context.linker_inputs.to_list()
    chosen = [i for i in inputs if dependencies or i.owner in labels]
    return [o for i in chosen for l in i.libraries for o in (l.objects or l.pic_objects)]

def _impl(ctx):
    objects = _objects(ctx.attr.library[0], ctx.attr.dependencies)
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    args = ctx.actions.args()
    args.add_all(["--disassemble", "--no-show-raw-insn", "--no-leading-addr", "--no-print-imm-hex"])
    args.add_all(objects)
    ctx.actions.run_shell(
        outputs = [out],
        inputs = objects,
        command = '"$@" > ' + out.path,
        arguments = [TOOLS["objdump"], args],
        mnemonic = "Disassemble",
    )
    return [DefaultInfo(files = depset([out]))]

disassembly = rule(
    implementation = _impl,
    attrs = EL2_TRANSITION_ATTRS | {
        "dependencies": attr.bool(doc = "Whether all that is linked with `library` belongs to it."),
        "library": attr.label(cfg = el2_transition, mandatory = True, providers = [CcInfo]),
    },
)
