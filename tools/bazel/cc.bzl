# SPDX-License-Identifier: Apache-2.0 OR MIT
"""cc_library, cc_binary and cc_test in the C++ that Trivet is written in, whatever the command line says."""

load("@rules_cc//cc:defs.bzl", _cc_binary = "cc_binary", _cc_library = "cc_library", _cc_test = "cc_test")

CXX_STANDARD = ["-std=c++23"]

def cc_library(name, copts = [], **kwargs):
    """As that of rules_cc."""
    _cc_library(name = name, copts = CXX_STANDARD + copts, **kwargs)

def cc_binary(name, copts = [], **kwargs):
    """As that of rules_cc."""
    _cc_binary(name = name, copts = CXX_STANDARD + copts, **kwargs)

def cc_test(name, copts = [], **kwargs):
    """As that of rules_cc."""
    _cc_test(name = name, copts = CXX_STANDARD + copts, **kwargs)
