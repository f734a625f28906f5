#!/usr/bin/env python3
"""Turns `bazel aquery --output=jsonproto` of compile actions (standard input) into compile_commands.json.

One command a source, with the flags of its first build in this order: for the simulator, for EL2, as a
build tool. clangd and clang-tidy read the file.
"""

import json
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


def main():
    root = sys.argv[1]
    best = {}
    for action in json.load(sys.stdin).get("actions", []):
        arguments = action["arguments"]
        source = arguments[arguments.index("-c") + 1]
        output = arguments[arguments.index("-o") + 1]
        if source.startswith(("external/", "bazel-out/")) or source.endswith(".S"):
            continue
        if source not in best or rank(output) < best[source][0]:
            best[source] = (rank(output), plain(arguments))
    commands = [
        {"directory": root, "file": source, "arguments": arguments}
        for source, (_, arguments) in sorted(best.items())
    ]
    with open("compile_commands.json", "w", encoding="utf-8") as file:
        json.dump(commands, file, indent=1)
    for source in sorted(best):
        print(source)


main()
