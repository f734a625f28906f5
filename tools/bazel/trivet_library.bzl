"""trivet_library: a library of Trivet's own packages, for every platform."""

load("@rules_cc//cc:defs.bzl", "cc_library")
load("//tools/precompiled:precompiled_header.bzl", "precompiled")

def trivet_library(
        name,
        srcs = [],
        hdrs = [],
        deps = [],
        implementation_deps = [],
        copts = [],
        precompiled_header = "registers",
        testonly = False,
        **kwargs):
    """A cc_library with the register descriptions precompiled, optimized in every mode but dbg.

    Of test code (testonly) GoogleTest is precompiled too, and nothing optimized on the host. Assembly sources are
    compiled by a target of their own.

    Args:
      name: the library.
      srcs: its sources.
      hdrs: its headers.
      deps: libraries.
      implementation_deps: libraries that only its sources include.
      copts: further options of the compiler; of test code instead of a precompiled header.
      precompiled_header: a name in //tools/precompiled; None: no precompiled header.
      testonly: Bazel's.
      **kwargs: passed on to cc_library.
    """
    if testonly:
        header = None if copts else "package_testing"
    else:
        header = precompiled_header
        copts = select({
            Label("//platforms:is_el2"): [],
            Label("//tools/precompiled:debug_on_host"): [],
            "//conditions:default": ["-O2"],
        }) + copts
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
    cc_library(
        name = name,
        testonly = testonly,
        srcs = srcs,
        hdrs = hdrs,
        copts = copts + parsed.copts,
        implementation_deps = implementation_deps + parsed.deps,
        deps = deps,
        **kwargs
    )
