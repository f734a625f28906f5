# SPDX-License-Identifier: Apache-2.0 OR MIT
"""How clang links an EL2 image: the toolchain's flags, which tests of the link use too."""

load("@trivet_tools//:defs.bzl", "TOOLS")

TARGET = "--target=aarch64-none-elf"

LINK_FLAGS = [
    TARGET,
    "-nostdlib",
    "-static",
    "-fuse-ld=lld",
    "--ld-path=" + TOOLS["lld"],
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,-z,max-page-size=4096",
    "-Wl,-z,norelro",
    # Runs anywhere: pointers are relocated at entry, all of them listed in the one compact form that the entry code
    # reads. Code compiled with -fno-pic reaches everything PC-relatively, without a GOT.
    "-Wl,-pie",
    "-Wl,--no-dynamic-linker",
    "-Wl,--pack-dyn-relocs=relr",
    "-Wl,-z,notext",
]
