"""missing: stands for a file that could not be taken; fails where it is used."""

def _impl(ctx):
    fail("no %s from Debian's archive: run again with a network, or choose an own file (--//:kernel, --//:initrd)" % ctx.label.name)

missing = rule(implementation = _impl)
