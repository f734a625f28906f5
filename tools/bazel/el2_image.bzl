"""el2_image: the flat image that a board's loader starts, from an ELF."""

load("@trivet_tools//:defs.bzl", "TOOLS")
load(":transition.bzl", "EL2_TRANSITION_ATTRS", "el2_transition")

def flatten(ctx, elf):
    """Declares the flat image of `elf` beside the current target and returns its File."""
    image = ctx.actions.declare_file(ctx.label.name + ".img")
    ctx.actions.run(
        arguments = ["-O", "binary", elf.path, image.path],
        executable = TOOLS["objcopy"],
        inputs = [elf],
        mnemonic = "El2Image",
        outputs = [image],
        progress_message = "Flattening %{output}",
    )
    return image

def _impl(ctx):
    return [DefaultInfo(files = depset([flatten(ctx, ctx.files.elf[0])]))]

el2_image = rule(
    implementation = _impl,
    attrs = EL2_TRANSITION_ATTRS | {
        "elf": attr.label(
            cfg = el2_transition,
            doc = "An el2_binary.",
            mandatory = True,
        ),
    },
    doc = "NAME.img: what `elf` loads, from its first byte, which is also its entry point.",
)
