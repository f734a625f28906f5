# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The version of what is released: that of MODULE.bazel, which tools/checks/versions.py compares."""

VERSION = "0.2.0"
