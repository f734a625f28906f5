# SPDX-License-Identifier: Apache-2.0 OR MIT
"""missing: stands for a file that could not be taken; fails where it is used."""

def _impl(ctx):
    fail("no %s from Debian's archive: run again with a network, set TRIVET_LINUX, or choose files of your own (--//:kernel, --//:initrd)" % ctx.label.name)

missing = rule(implementation = _impl)
