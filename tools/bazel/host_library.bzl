"""host_library: a library of host code that tests wait for."""

load("@rules_cc//cc:defs.bzl", "cc_library")
load("//tools/precompiled:precompiled_header.bzl", "precompiled")

def host_library(name, deps = [], implementation_deps = [], target_compatible_with = None, **kwargs):
    """A cc_library that is optimized in every mode but dbg and has the C++ library's headers precompiled.

    Args:
      name: the library.
      deps: libraries.
      implementation_deps: libraries that only its sources include.
      target_compatible_with: None: wherever code runs on the simulator.
      **kwargs: passed on to cc_library.
    """
    sim = [Label("//platforms:sim_execution")]
    standard = precompiled(Label("//tools/precompiled:standard"))
    cc_library(
        name = name,
        copts = select({
            Label("//tools/precompiled:debug"): [],
            "//conditions:default": ["-O2"],
        }) + standard.copts,
        implementation_deps = implementation_deps + standard.deps,
        target_compatible_with = sim if target_compatible_with == None else target_compatible_with,
        deps = deps,
        **kwargs
    )
