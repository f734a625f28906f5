# SPDX-License-Identifier: Apache-2.0 OR MIT
"""does_not_link: what the linker says of code that must not link into an EL2 image, for refusals_test."""

load("//platforms/toolchain:link_flags.bzl", "LINK_FLAGS")
load(":does_not_assemble.bzl", "el2_refusal")

_LAYOUT = "//platforms/runtime:image.ld"

def does_not_link(name, src, expect):
    """A report that `src` links as an image as it is, and with -DTRIVET_EXPECT_ERROR fails with a message that contains `expect`.

    Args:
      name: the report.
      src: an assembly source, preprocessed, that defines _start and trivet_efi_entry.
      expect: text of the linker's message.
    """
    el2_refusal(name, src, expect, [_LAYOUT], LINK_FLAGS + ["-Wl,-T,$(execpath %s)" % _LAYOUT])
