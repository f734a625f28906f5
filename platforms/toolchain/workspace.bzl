# SPDX-License-Identifier: Apache-2.0 OR MIT
"""WORKSPACE entry points, for Trivet itself and for workspaces that depend on it."""

load(":detect.bzl", "trivet_tools_repository")

def trivet_repositories():
    """Detects the tools of this machine into @trivet_tools."""
    trivet_tools_repository(name = "trivet_tools")

def trivet_register_toolchains():
    """Registers the EL2 toolchain, when this machine has one."""
    native.register_toolchains("@trivet//platforms/toolchain:all")
