# SPDX-License-Identifier: Apache-2.0 OR MIT
"""trivet_library: a library of Trivet's own packages, for every platform."""

load("//tools/precompiled:precompiled_header.bzl", "OPTIMIZED", "precompiled")
load(":cc.bzl", "cc_library")
load(":unit.bzl", "units")

def _on_host(there, at_el2):
    return select({
        Label("//platforms:is_el2"): at_el2,
        "//conditions:default": there,
    })

def trivet_library(
        name,
        srcs = [],
        hdrs = [],
        deps = [],
        implementation_deps = [],
        copts = [],
        precompiled_header = "registers",
        testonly = False,
        textual_hdrs = [],
        in_units = None,
        **kwargs):
    """A cc_library with the register descriptions precompiled, optimized but in dbg and under sanitizers.

    On the host the sources of a folder are compiled as one unit; at EL2 each is an object, so that counts do not depend
    on which functions share a file. Of test code (testonly) GoogleTest is precompiled too, nothing is optimized on the
    host, and there are units at EL2 too. Assembly sources are compiled by a target of their own.

    Args:
      name: the library.
      srcs: its sources.
      hdrs: its headers.
      deps: libraries.
      implementation_deps: libraries that only its sources include.
      copts: further options of the compiler; of test code instead of a precompiled header.
      precompiled_header: a name in //tools/precompiled; None: no precompiled header.
      testonly: Bazel's.
      textual_hdrs: Bazel's.
      in_units: whether the sources of a folder are compiled as one unit; None: on the host, and test code.
      **kwargs: passed on to cc_library.
    """
    if testonly:
        header = None if copts else "package_testing"
    else:
        header = precompiled_header
        copts = OPTIMIZED + copts
    parsed = precompiled(Label("//tools/precompiled:" + header)) if header else struct(copts = [], deps = [])
    assembly = [s for s in srcs if s.endswith(".S")] if type(srcs) == "list" else []
    if assembly:
        cc_library(
            name = name + ".assembly",
            testonly = testonly,
            srcs = [s for s in srcs if not s.endswith(".cc")],
            textual_hdrs = hdrs,
            alwayslink = kwargs.get("alwayslink"),
            target_compatible_with = kwargs.get("target_compatible_with"),
            visibility = ["//visibility:private"],
            deps = deps,
        )
        implementation_deps = implementation_deps + [name + ".assembly"]
        srcs = [s for s in srcs if not s.endswith(".S")]
    joined = units(name, srcs) if in_units != False else struct(srcs = srcs, textual_hdrs = [])
    everywhere = in_units or testonly or not joined.textual_hdrs
    cc_library(
        name = name,
        testonly = testonly,
        srcs = joined.srcs if everywhere else _on_host(joined.srcs, srcs),
        hdrs = hdrs,
        textual_hdrs = textual_hdrs + (joined.textual_hdrs if everywhere else _on_host(joined.textual_hdrs, [])),
        copts = copts + parsed.copts,
        implementation_deps = implementation_deps + parsed.deps,
        deps = deps,
        **kwargs
    )
