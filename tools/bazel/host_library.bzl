# SPDX-License-Identifier: Apache-2.0 OR MIT
"""host_library: a library of host code, of tools and tests."""

load("//tools/precompiled:precompiled_header.bzl", "precompiled")
load(":cc.bzl", "cc_library")
load(":trivet_library.bzl", "trivet_library")
load(":unit.bzl", "units")

def host_library(
        name,
        srcs = [],
        deps = [],
        implementation_deps = [],
        optimized = False,
        precompiled_header = "standard",
        target_compatible_with = None,
        textual_hdrs = [],
        **kwargs):
    """A cc_library that has the C++ library's headers precompiled and the sources of a folder compiled as one unit.

    Args:
      name: the library.
      srcs: its sources.
      deps: libraries.
      implementation_deps: libraries that only its sources include.
      optimized: in every mode but dbg: of what tests wait for, such as the simulator.
      precompiled_header: a name in //tools/precompiled, where it is not optimized.
      target_compatible_with: None: wherever code runs on the simulator.
      textual_hdrs: Bazel's.
      **kwargs: passed on to cc_library.
    """
    sim = [Label("//platforms:sim_execution")]
    compatible = sim if target_compatible_with == None else target_compatible_with
    if optimized:
        trivet_library(
            name = name,
            srcs = srcs,
            implementation_deps = implementation_deps,
            in_units = True,
            target_compatible_with = compatible,
            textual_hdrs = textual_hdrs,
            deps = deps,
            **kwargs
        )
        return
    parsed = precompiled(Label("//tools/precompiled:" + precompiled_header))
    joined = units(name, srcs)
    cc_library(
        name = name,
        srcs = joined.srcs,
        textual_hdrs = textual_hdrs + joined.textual_hdrs,
        copts = parsed.copts,
        implementation_deps = implementation_deps + parsed.deps,
        target_compatible_with = compatible,
        deps = deps,
        **kwargs
    )
