"""host_library: a library of host code, of tools and tests."""

load("@rules_cc//cc:defs.bzl", "cc_library")
load("//tools/precompiled:precompiled_header.bzl", "precompiled")
load(":trivet_library.bzl", "trivet_library")

def host_library(
        name,
        deps = [],
        implementation_deps = [],
        optimized = False,
        precompiled_header = "standard",
        target_compatible_with = None,
        **kwargs):
    """A cc_library that has the C++ library's headers precompiled.

    Args:
      name: the library.
      deps: libraries.
      implementation_deps: libraries that only its sources include.
      optimized: in every mode but dbg: of what tests wait for, such as the simulator.
      precompiled_header: a name in //tools/precompiled, where it is not optimized.
      target_compatible_with: None: wherever code runs on the simulator.
      **kwargs: passed on to cc_library.
    """
    sim = [Label("//platforms:sim_execution")]
    compatible = sim if target_compatible_with == None else target_compatible_with
    if optimized:
        trivet_library(
            name = name,
            implementation_deps = implementation_deps,
            target_compatible_with = compatible,
            deps = deps,
            **kwargs
        )
        return
    parsed = precompiled(Label("//tools/precompiled:" + precompiled_header))
    cc_library(
        name = name,
        copts = parsed.copts,
        implementation_deps = implementation_deps + parsed.deps,
        target_compatible_with = compatible,
        deps = deps,
        **kwargs
    )
