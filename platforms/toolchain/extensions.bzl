# SPDX-License-Identifier: Apache-2.0 OR MIT
"""bzlmod entry point of the tool detection."""

load(":detect.bzl", "trivet_tools_repository")

def _impl(_mctx):
    trivet_tools_repository(name = "trivet_tools")

trivet_tools = module_extension(implementation = _impl)
