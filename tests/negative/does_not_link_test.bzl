# SPDX-License-Identifier: Apache-2.0 OR MIT
"""does_not_link_test: checks that code does not link into an EL2 image."""

load("//platforms/toolchain:link_flags.bzl", "LINK_FLAGS")
load(":does_not_assemble_test.bzl", "el2_refusal_test")

_LAYOUT = "//platforms/runtime:image.ld"

def does_not_link_test(name, src, expect):
    """Passes when `src` links as an image as it is, and with -DTRIVET_EXPECT_ERROR fails with a message that contains `expect`.

    Args:
      name: the test.
      src: an assembly source, preprocessed, that defines _start and trivet_efi_entry.
      expect: text of the linker's message.
    """
    el2_refusal_test(name, src, expect, [_LAYOUT], LINK_FLAGS + ["-Wl,-T,$(execpath %s)" % _LAYOUT])
