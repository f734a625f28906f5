# SPDX-License-Identifier: Apache-2.0 OR MIT
"""el2_transition: builds a dependency for an EL2 platform from any configuration."""

_PLATFORMS = "//command_line_option:platforms"
_MODE = "//command_line_option:compilation_mode"

# What belongs to the host build and must not reach a freestanding image:
# sanitizers, coverage, -march, host warnings ...
_RESET = {
    "//command_line_option:collect_code_coverage": False,
    "//command_line_option:conlyopt": [],
    "//command_line_option:copt": [],
    "//command_line_option:cxxopt": [],
    # Of EL2's own toolchain: private headers are private in every workspace.
    "//command_line_option:features": ["layering_check"],
    "//command_line_option:fission": [],
    "//command_line_option:linkopt": [],
    "//command_line_option:per_file_copt": [],
}

# What is tested is what ships; a debugger's build stays one.
def _image_mode(mode):
    return "dbg" if mode == "dbg" else "opt"

def _impl(settings, attr):
    return _RESET | {
        _MODE: attr.compilation_mode or _image_mode(settings[_MODE]),
        _PLATFORMS: [str(attr.platform)],
    }

# Reads the rule's `platform` and `compilation_mode`.
el2_transition = transition(
    implementation = _impl,
    inputs = [_MODE],
    outputs = _RESET.keys() + [_MODE, _PLATFORMS],
)

# The attributes that a rule using el2_transition needs.
EL2_TRANSITION_ATTRS = {
    "compilation_mode": attr.string(
        doc = "Of the image; empty: opt, or dbg where the build's own is.",
        values = ["", "dbg", "fastbuild", "opt"],
    ),
    "platform": attr.label(
        default = "//platforms:el2",
        doc = "The EL2 platform to compile for. The default, whatever the board: one ELF runs on all of them.",
    ),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}
