#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Turns `bazel aquery --output=jsonproto` of compile actions (standard input) into compile_commands.json.

One command a source, with the flags of its first build in this order: for the simulator, for EL2, as a
build tool. Sources that are compiled as one unit (tools/bazel/unit.bzl) have the flags of that unit. clangd and
clang-tidy read the file.
"""

import json
import os
import re
import sys


def rank(output):
    """How much an output path's configuration is preferred; the smallest wins."""
    configuration = output.split("/")[1]
    if "-exec" in configuration:
        return 3
    if "-ST-" in configuration:
        return 2
    return 0 if configuration.endswith("-fastbuild") else 1


def plain(arguments):
    """The arguments without what exists only while Bazel compiles, or only for Bazel's Clang: layering_check's
    module maps, precompiled headers."""
    kept = []
    for argument in arguments:
        if argument.startswith(("-fmodule", "-Wprivate-header", "-fdepfile-entry", "-include-pch")):
            if kept[-1] == "-Xclang":
                kept.pop()
        elif not argument.endswith(".pch"):
            kept.append(argument)
    return kept


def sources_of(root, compiled):
    """The workspace's sources in what an action compiles: itself, or what a unit includes. A unit of another
    configuration than the build's may not have been made; the build's has the same sources."""
    if re.search(r"\.unit[^/]*\.cc$", compiled):
        if not os.path.exists(f"{root}/{compiled}"):
            return []
        with open(f"{root}/{compiled}", encoding="utf-8") as file:
            return re.findall(r'#include "(.*)"', file.read())
    return [] if compiled.startswith(("external/", "bazel-out/")) or compiled.endswith(".S") else [compiled]


def main():
    root = sys.argv[1]
    best = {}
    for action in json.load(sys.stdin).get("actions", []):
        arguments = action["arguments"]
        compiled = arguments[arguments.index("-c") + 1]
        output = arguments[arguments.index("-o") + 1]
        for source in sources_of(root, compiled):
            if source not in best or rank(output) < best[source][0]:
                own = [source if argument == compiled else argument for argument in arguments]
                best[source] = (rank(output), plain(own))
    commands = [
        {"directory": root, "file": source, "arguments": arguments}
        for source, (_, arguments) in sorted(best.items())
    ]
    with open("compile_commands.json", "w", encoding="utf-8") as file:
        json.dump(commands, file, indent=1)
    for source in sorted(best):
        print(source)


main()
