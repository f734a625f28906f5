# SPDX-License-Identifier: Apache-2.0 OR MIT
"""unit: sources of a folder that are compiled as one translation unit."""

load(":cc.bzl", "cc_library")

def _impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".cc")
    paths = ["/".join([s for s in [f.owner.package, f.owner.name] if s]) for f in ctx.files.srcs]
    ctx.actions.write(output, "".join(['#include "%s"\n' % path for path in paths]))
    return [DefaultInfo(files = depset([output]))]

_unit = rule(
    implementation = _impl,
    attrs = {"srcs": attr.label_list(allow_files = [".cc"])},
    doc = "NAME.cc, which includes the sources.",
)

def _folder(source):
    return source.rpartition("/")[0]

def units(name, srcs):
    """Declares one unit for each folder with several C++ sources.

    Templates and inline functions that sources share are compiled once. Sources of one folder then share a scope:
    names in unnamed namespaces must differ, which the compiler checks.

    Args:
      name: the library; a unit is NAME.unit, or NAME.unit.FOLDER.
      srcs: its sources and private headers; only a list without select() is joined.

    Returns:
      a struct of the library's srcs and textual_hdrs.
    """
    folders = {}
    if type(srcs) == "list":
        for source in srcs:
            if source.endswith(".cc"):
                folders.setdefault(_folder(source), []).append(source)
    joined = []
    result = []
    for folder, sources in folders.items():
        if len(sources) > 1:
            target = ".".join([name, "unit"] + ([folder.replace("/", ".")] if folder else []))
            _unit(name = target, srcs = sources, visibility = ["//visibility:private"])
            joined += sources
            result.append(target)
    others = [s for s in srcs if s not in joined] if joined else srcs
    return struct(srcs = result + others, textual_hdrs = joined)

def unit_library(name, srcs, **kwargs):
    """A cc_library of units.

    Args:
      name: the library.
      srcs: its sources and private headers.
      **kwargs: cc_library's.
    """
    joined = units(name, srcs)
    cc_library(name = name, srcs = joined.srcs, textual_hdrs = joined.textual_hdrs, **kwargs)

def as_unit(name, srcs, deps, testonly, target_compatible_with, **kwargs):
    """What a cc_binary or cc_test is made of, with its C++ sources as units in a library, NAME.code, if there are several.

    Assembly sources, which cannot have a precompiled header, stay with the program.

    Args:
      name: the program.
      srcs: its sources and private headers.
      deps: libraries.
      testonly: Bazel's.
      target_compatible_with: Bazel's.
      **kwargs: options of compilation: copts, local_defines.

    Returns:
      a dict of the program's attributes.
    """
    assembly = [s for s in srcs if s.endswith(".S")]
    joined = units(name + ".code", [s for s in srcs if s not in assembly])
    if not joined.textual_hdrs and not assembly:
        return kwargs | {"srcs": srcs, "deps": deps}
    cc_library(
        name = name + ".code",
        testonly = testonly,
        srcs = joined.srcs,
        textual_hdrs = joined.textual_hdrs,
        alwayslink = True,
        tags = ["manual"],
        target_compatible_with = target_compatible_with,
        visibility = ["//visibility:private"],
        deps = deps,
        **kwargs
    )
    return {
        "srcs": [s for s in srcs if not s.endswith(".cc")] if assembly else [],
        "deps": [":" + name + ".code"] + deps,
    }
