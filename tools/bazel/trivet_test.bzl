# SPDX-License-Identifier: Apache-2.0 OR MIT
"""trivet_test: one test source, run in several environments; at EL2 one ELF for all."""

load(":cc.bzl", "cc_test")
load(":el2_test.bzl", "el2_boot_test", "el2_test")
load(":environments.bzl", "ENVIRONMENTS")
load(":host_test.bzl", "host_test")

_GTEST = Label("//tests:gtest")

def _declare_lacks(env):
    return {"guest_args": ["--lacks=" + ",".join(env.lacks)]} if env.lacks else {}

def trivet_test(
        name,
        srcs = [],
        deps = [],
        environments = ["sim", "qemu_virt"],
        gtest = _GTEST,
        size = "small",
        tags = [],
        sim_srcs = [],
        sim_deps = [],
        sim_kwargs = {},
        el2_srcs = [],
        el2_deps = [],
        el2_kwargs = {},
        **kwargs):
    """Declares NAME (the simulator, a cc_test) and NAME_ENV (an EL2 image booted in ENV).

    --test_filter chooses among their test cases, as GoogleTest's own flag.

    Args:
      name: the test on the simulator, and the beginning of the others' names.
      srcs: the sources, the same everywhere; they include <gtest/gtest.h> and have no main.
      deps: libraries, the same everywhere; GoogleTest (at EL2: its stand-in) is added.
      environments: names in ENVIRONMENTS.
      gtest: what provides <gtest/gtest.h> and main on each platform.
      size: Bazel's test size.
      tags: added to each environment's.
      sim_srcs: sources on the simulator alone.
      sim_deps: libraries of these.
      sim_kwargs: only for the cc_test.
      el2_srcs: sources at EL2 alone.
      el2_deps: libraries of these.
      el2_kwargs: only for the tests at EL2 (guest_timeout_s, cpu, compilation_mode ...).
      **kwargs: passed on to every one (copts, data, visibility ...).
    """

    # Another GoogleTest than ours is not the precompiled one.
    if gtest == _GTEST:
        sim_test = host_test
        sim_kwargs = {"precompiled_header": "package_testing"} | sim_kwargs
    else:
        sim_test = cc_test
        sim_deps = sim_deps + [gtest]
    elf = None
    for env_name in environments:
        env = ENVIRONMENTS[env_name]
        if env.host:
            sim_test(
                name = name,
                size = size,
                srcs = srcs + sim_srcs,
                tags = env.tags + tags,
                target_compatible_with = [Label("//platforms:sim_execution")],
                deps = deps + sim_deps,
                **(kwargs | sim_kwargs)
            )
        elif elf:
            el2_boot_test(
                name = name + "_" + env_name,
                size = size,
                elf = elf,
                environment = env_name,
                tags = tags,
                **(_declare_lacks(env) | el2_kwargs)
            )
        else:
            elf = name + "_" + env_name + ".elf"
            el2_test(
                name = name + "_" + env_name,
                size = size,
                srcs = srcs + el2_srcs,
                environment = env_name,
                tags = tags,
                deps = deps + el2_deps + [gtest],
                **(kwargs | _declare_lacks(env) | el2_kwargs)
            )
