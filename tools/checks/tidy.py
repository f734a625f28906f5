#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Runs clang-tidy on the sources named on standard input, with the flags of compile_commands.json.

Nearly all of clang-tidy's time goes to headers, so sources with the same target and definitions are checked in one
translation unit that includes them. Names of two sources may collide there: a source with a compiler diagnostic is
checked again without the sources that had none; where that leaves all or none, half of them at a time; in the end
alone. What it then reports is true.
"""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

BATCH = 24  # sources in a translation unit
DIAGNOSTIC = re.compile(r"^(\S+?):\d+:\d+: (?:error|warning): .*\[([-.\w]+)")
WITH_VALUE = ("-iquote", "-isystem", "-I", "-include")


def split(arguments, source):
    """(what sources of one translation unit must have in common, include paths) of a compile command."""
    common, includes = [], []
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in WITH_VALUE:
            includes.append((argument, next(rest)))
        elif argument.startswith("-I"):
            includes.append((argument,))
        elif argument in ("-o", "-c", "-MF"):
            next(rest)
        elif argument != source and not argument.startswith(("-O", "-M", "-frandom-seed", "-ffixed-", "-Wno-unused-c")):
            common.append(argument)
    return tuple(common), includes


def batches(commands, sources):
    """Lists of sources to check together, longest first."""
    groups = collections.defaultdict(list)
    for source in sources:
        groups[split(commands[source], source)[0]].append(source)
    parts = []
    for group in groups.values():
        count = -(-len(group) // BATCH)
        parts += [group[i * len(group) // count : (i + 1) * len(group) // count] for i in range(count)]
    return sorted(parts, key=lambda part: -len(part))


def run(directory, commands, sources):
    """[(file, check, text)] of clang-tidy on one translation unit that includes the sources."""
    with tempfile.TemporaryDirectory() as folder:
        unit = folder + "/unit" + os.path.splitext(sources[0])[1]
        with open(unit, "w", encoding="utf-8") as file:
            file.writelines(f'#include "{source}"\n' for source in sources)
        common = split(commands[sources[0]], sources[0])[0]
        includes = dict.fromkeys(i for source in sources for i in split(commands[source], source)[1])
        arguments = ["clang", *common, *(word for include in includes for word in include), "-ferror-limit=0", "-c", unit]
        with open(folder + "/compile_commands.json", "w", encoding="utf-8") as file:
            json.dump([{"directory": directory, "file": unit, "arguments": arguments}], file)
        command = ["clang-tidy", "--quiet", "-p", folder, "--config-file=.clang-tidy", unit]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    found = []
    for line in result.stdout.splitlines():
        match = DIAGNOSTIC.match(line)
        if match:
            found.append([os.path.normpath(match[1]), match[2], line])
        elif found:
            found[-1][2] += "\n" + line
    if result.returncode != 0 and not found:
        found.append(["", "clang-tidy", f"clang-tidy on {' '.join(sources)}:\n{result.stdout}{result.stderr}"])
    return found


def check(directory, commands, sources):
    """What clang-tidy finds in the sources and the headers that they include."""
    found = run(directory, commands, sources)
    if len(sources) == 1 or not any(name.startswith("clang-diagnostic") for _, name, _ in found):
        return found
    root = os.path.realpath(".")
    again = {os.path.relpath(os.path.join(root, f), root) for f, name, _ in found if name.startswith("clang-diagnostic")}
    again = [source for source in sources if source in again]
    unclear = not again or len(again) == len(sources)
    half = len(sources) // 2
    parts = [sources[:half], sources[half:]] if unclear else [again]
    kept = [] if unclear else [d for d in found if d[0] not in again and not d[1].startswith("clang-diagnostic")]
    return kept + [d for part in parts for d in check(directory, commands, part)]


def main():
    with open("compile_commands.json", encoding="utf-8") as file:
        entries = json.load(file)
    commands = {entry["file"]: entry["arguments"] for entry in entries}
    sources = sys.stdin.read().split()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check, entries[0]["directory"], commands, part) for part in batches(commands, sources)]
    texts = dict.fromkeys(text for job in jobs for _, _, text in job.result())
    for text in texts:
        print(text)
    sys.exit(1 if texts else 0)


main()
