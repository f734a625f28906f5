#!/usr/bin/env python3
"""Checks that deps.bzl and examples/embedder pin the versions of MODULE.bazel, and the sysroot that of .bazelversion."""

import pathlib
import re
import sys

DEPENDENCY = re.compile(r'bazel_dep\(\s*name = "([^"]+)",\s*version = "([^"]+)"')
ARCHIVE = re.compile(r'http_archive,\s*name = "([^"]+)",(.*?)\n    \)', re.DOTALL)
VERSION = re.compile(r"/v?(\d[\d.]*\d)(?:/|\.tar)")


def main():
    module = pathlib.Path("MODULE.bazel").read_text(encoding="utf-8")
    pins = dict(DEPENDENCY.findall(module))
    own = re.search(r'version = "([^"]+)"', module)[1]
    problems = []

    def compare(file, name, version):
        if name in pins and pins[name] != version:
            problems.append(f"{file}: {name} {version}, but MODULE.bazel has {pins[name]}")

    archives = {}
    for name, body in ARCHIVE.findall(pathlib.Path("deps.bzl").read_text(encoding="utf-8")):
        archives[name] = VERSION.search(body)[1]
        compare("deps.bzl", name, archives[name])
    problems += [f"deps.bzl: no {name}, which MODULE.bazel has" for name in pins if name not in archives]

    embedder = "examples/embedder/MODULE.bazel"
    for name, version in DEPENDENCY.findall(pathlib.Path(embedder).read_text(encoding="utf-8")):
        compare(embedder, name, version)
        if name == "trivet" and version != own:
            problems.append(f"{embedder}: trivet {version}, but MODULE.bazel has {own}")
    bazel = [pathlib.Path(folder, ".bazelversion").read_text(encoding="utf-8").strip() for folder in (".", "examples/embedder")]
    if bazel[0] != bazel[1]:
        problems.append(f"examples/embedder/.bazelversion: {bazel[1]}, but .bazelversion has {bazel[0]}")
    packages = pathlib.Path("tools/sysroot/packages/versions").read_text(encoding="utf-8")
    sysroot = re.search(r"^bazel-bootstrap ([\d.]*\d)", packages, re.MULTILINE)[1]
    if sysroot != bazel[0]:
        problems.append(f"tools/sysroot/packages/versions: Bazel {sysroot}, but .bazelversion has {bazel[0]}")
    print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(1 if problems else 0)


main()
