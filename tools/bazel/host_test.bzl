# SPDX-License-Identifier: Apache-2.0 OR MIT
"""host_test: a test of host code."""

load("//tools/precompiled:precompiled_header.bzl", "precompiled")
load(":cc.bzl", "cc_test")
load(":unit.bzl", "as_unit")

def host_test(
        name,
        srcs = None,
        deps = [],
        size = "small",
        copts = None,
        main = True,
        precompiled_header = "testing",
        local_defines = [],
        qemu = False,
        tags = [],
        target_compatible_with = None,
        **kwargs):
    """A cc_test with GoogleTest, whose header is precompiled: parsing it is half of a test's compilation.

    The sources of a folder are compiled as one unit.

    Args:
      name: the test.
      srcs: its sources; None: NAME.cc.
      deps: libraries beside GoogleTest.
      size: Bazel's test size.
      copts: with any, the header is parsed with them.
      precompiled_header: a name in //tools/precompiled.
      local_defines: Bazel's.
      qemu: whether it starts QEMU, one at a time.
      tags: Bazel's.
      main: whether GoogleTest's main() is linked; else the sources have one.
      target_compatible_with: None: wherever code runs on the simulator.
      **kwargs: passed on to cc_test.
    """
    sim = [Label("//platforms:sim_execution")]
    testing = precompiled(Label("//tools/precompiled:" + precompiled_header)) if copts == None else struct(copts = copts, deps = [])
    gtest = Label("//tests:googletest") if main else Label("@googletest//:gtest")
    compatible = sim if target_compatible_with == None else target_compatible_with
    code = as_unit(
        name = name,
        srcs = [name + ".cc"] if srcs == None else srcs,
        testonly = True,
        copts = testing.copts,
        local_defines = local_defines,
        target_compatible_with = compatible,
        deps = deps + [gtest] + testing.deps,
    )
    cc_test(
        name = name,
        size = size,
        tags = tags + (["cpu:1", "qemu"] if qemu else []),
        target_compatible_with = compatible,
        **(code | kwargs)
    )
