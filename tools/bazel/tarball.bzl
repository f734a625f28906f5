# SPDX-License-Identifier: Apache-2.0 OR MIT
"""tarball: what a build without Bazel needs of Trivet, in one file."""

load(":el2_archive.bzl", "El2ArchiveInfo")

# The same bytes from any folder, at any time, by any user: sorted, without dates, owners and umask.
_PACK = """
set -euo pipefail
export LC_ALL=C
manifest=$1 out=$PWD/$2 root=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while IFS=$'\\t' read -r path file; do
  mkdir -p "$work/$root/$(dirname "$path")"
  cp -L "$file" "$work/$root/$path"
done < "$manifest"
cd "$work/$root"
find . -type f | sed 's,^\\./,,' | sort | xargs sha256sum > "$work/sums"
mv "$work/sums" SHA256SUMS
cd "$work"
tar --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a=rX,u+w -cf - "$root" |
  gzip -9n > "$out"
"""

def _expand(ctx, template):
    output = ctx.actions.declare_file("%s.files/%s" % (ctx.label.name, template.basename.removesuffix(".in")))
    ctx.actions.expand_template(
        output = output,
        substitutions = {"@VERSION@": ctx.attr.version},
        template = template,
    )
    return output

def _impl(ctx):
    archive = ctx.attr.archive[El2ArchiveInfo]
    files = {"lib/" + archive.archive.basename: archive.archive}
    files |= {ctx.attr.headers + "/" + path: file for path, file in archive.headers.items()}
    for target, folder in ctx.attr.files.items():
        for file in target[DefaultInfo].files.to_list():
            if file.basename.endswith(".in"):
                file = _expand(ctx, file)
            files[(folder + "/" if folder else "") + file.basename] = file
    root = "%s-%s-aarch64" % (ctx.attr.project, ctx.attr.version)
    manifest = ctx.actions.declare_file(ctx.label.name + ".manifest")
    ctx.actions.write(manifest, "".join(["%s\t%s\n" % (path, file.path) for path, file in files.items()]))
    out = ctx.actions.declare_file(root + ".tar.gz")
    ctx.actions.run_shell(
        arguments = [manifest.path, out.path, root],
        command = _PACK,
        inputs = [manifest] + files.values(),
        mnemonic = "Tarball",
        outputs = [out],
        progress_message = "Packing %{output}",
    )
    return [DefaultInfo(files = depset([out]))]

tarball = rule(
    implementation = _impl,
    attrs = {
        "archive": attr.label(mandatory = True, providers = [El2ArchiveInfo]),
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "Other files, by the folder that they are in; in NAME.in @VERSION@ is replaced.",
        ),
        "headers": attr.string(doc = "The folder of the archive's headers.", mandatory = True),
        "project": attr.string(mandatory = True),
        "version": attr.string(mandatory = True),
    },
    doc = "PROJECT-VERSION-aarch64.tar.gz, with the SHA-256 of each file, SHA256SUMS.",
)
