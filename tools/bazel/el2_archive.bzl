# SPDX-License-Identifier: Apache-2.0 OR MIT
"""el2_archive: libraries for EL2 as one archive, for builds without Bazel.

cc_static_library needs a flag that every user of this repository would have to set, and validates nothing.
"""

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@trivet_tools//:defs.bzl", "TOOLS")
load(":transition.bzl", "EL2_TRANSITION_ATTRS", "el2_transition")

El2ArchiveInfo = provider(
    doc = "An archive of EL2 code and what its clients include.",
    fields = {
        "archive": "File: lib*.a.",
        "headers": "dict of File by the path that an #include has.",
    },
)

# Archives with the objects' own names, in an order that the build decides: no folder, user or time is in it. The
# linked whole has no undefined symbol but `allowed`, or an embedder that has no C library could not link it. Unwind
# tables, which nothing reads at EL2, are a quarter of it. Code is counted: of hal's tables a linker keeps what is used.
_ARCHIVE = """
set -euo pipefail
ar=$1 nm=$2 lld=$3 size=$4 objcopy=$5 out=$6 allowed=$7 limit=$8
shift 8
"$ar" qcsD "$out.whole" "$@"
"$objcopy" --enable-deterministic-archives --remove-section=.eh_frame --remove-section=.llvm_addrsig \\
  "$out.whole" "$out"
"$lld" -m aarch64elf -r --whole-archive "$out" -o "$out.o"
undefined=$("$nm" --undefined-only --just-symbol-name "$out.o" | grep -vxF "$(tr ' ' '\\n' <<< "$allowed")" || true)
[ -z "$undefined" ] || { echo "$out: undefined:" $undefined >&2; exit 1; }
text=$("$size" -A "$out" | awk '$1 ~ /^\\.text/ { text += $2 } END { print text }')
echo "$(basename "$out"): $text bytes of text, $limit at most"
[ "$text" -le "$limit" ]
"""

def _own_path(header, label):
    """A header's path in the label's repository; that of another repository begins with ../."""
    return header.short_path.removeprefix("../%s/" % label.repo_name)

def _include_path(header, label):
    """The path that an #include of a header has."""
    _, virtual, rest = header.path.partition("/_virtual_includes/")
    return rest.partition("/")[2] if virtual else _own_path(header, label)

def _is_included(header, label):
    """False for other repositories' headers, and for a header's path where it is included by another."""
    path = _own_path(header, label)
    return not path.startswith("../") and ("/select/" not in path or "/_virtual_includes/" in path)

def _impl(ctx):
    merged = cc_common.merge_cc_infos(cc_infos = [library[CcInfo] for library in ctx.attr.libraries])
    inputs = merged.linking_context.linker_inputs.to_list()
    objects = [o for i in inputs for l in i.libraries for o in (l.objects or l.pic_objects)]
    archive = ctx.actions.declare_file("lib%s.a" % ctx.label.name)
    args = ctx.actions.args()
    args.add_all([TOOLS["ar"], TOOLS["nm"], TOOLS["lld"], TOOLS["size"], TOOLS["objcopy"]])
    args.add(archive)
    args.add(" ".join(ctx.attr.undefined))
    args.add(ctx.attr.most_text)
    args.add_all(objects)
    ctx.actions.run_shell(
        arguments = [args],
        command = _ARCHIVE,
        inputs = objects,
        mnemonic = "El2Archive",
        outputs = [archive],
        progress_message = "Archiving %{output}",
    )
    headers = {
        _include_path(h, ctx.label): h
        for h in merged.compilation_context.headers.to_list()
        if _is_included(h, ctx.label)
    }
    return [
        DefaultInfo(files = depset([archive])),
        El2ArchiveInfo(archive = archive, headers = headers),
    ]

el2_archive = rule(
    implementation = _impl,
    attrs = EL2_TRANSITION_ATTRS | {
        "libraries": attr.label_list(cfg = el2_transition, mandatory = True, providers = [CcInfo]),
        "most_text": attr.int(doc = "Bytes of text that it may have: more fails the build.", mandatory = True),
        "undefined": attr.string_list(doc = "What its clients define."),
    },
    doc = "libNAME.a: `libraries` and all that they need.",
    provides = [El2ArchiveInfo],
)
