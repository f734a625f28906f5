# SPDX-License-Identifier: Apache-2.0 OR MIT
"""host_transition: builds a program that runs on this machine, from any configuration.

The exec configuration would compile it a second time: tests of the same program are of the build's own.
"""

_PLATFORMS = "//command_line_option:platforms"
_HOST = "//command_line_option:host_platform"

# From a build for this host it changes nothing, and so makes no further configuration.
def _impl(settings, _attr):
    return {_PLATFORMS: [settings[_HOST]]}

host_transition = transition(
    implementation = _impl,
    inputs = [_HOST],
    outputs = [_PLATFORMS],
)
