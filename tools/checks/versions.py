#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Checks that version.bzl, deps.bzl and the examples have the versions of MODULE.bazel, the sysroot that of .bazelversion."""

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
    released = re.search(r'VERSION = "([^"]+)"', pathlib.Path("version.bzl").read_text(encoding="utf-8"))[1]
    if released != own:
        problems.append(f"version.bzl: {released}, but MODULE.bazel has {own}")

    def compare(file, name, version):
        if name in pins and pins[name] != version:
            problems.append(f"{file}: {name} {version}, but MODULE.bazel has {pins[name]}")

    archives = {}
    for name, body in ARCHIVE.findall(pathlib.Path("deps.bzl").read_text(encoding="utf-8")):
        archives[name] = VERSION.search(body)[1]
        compare("deps.bzl", name, archives[name])
    problems += [f"deps.bzl: no {name}, which MODULE.bazel has" for name in pins if name not in archives]

    def bazel_of(folder):
        return pathlib.Path(folder, ".bazelversion").read_text(encoding="utf-8").strip()

    bazel = bazel_of(".")
    for example in ("examples/embedder", "examples/late_launch", "examples/linux"):
        pinned = DEPENDENCY.findall(pathlib.Path(example, "MODULE.bazel").read_text(encoding="utf-8"))
        for name, version in pinned:
            compare(f"{example}/MODULE.bazel", name, version)
            if name == "trivet" and version != own:
                problems.append(f"{example}/MODULE.bazel: trivet {version}, but MODULE.bazel has {own}")
        if bazel_of(example) != bazel:
            problems.append(f"{example}/.bazelversion: {bazel_of(example)}, but .bazelversion has {bazel}")
    packages = pathlib.Path("tools/sysroot/packages/versions").read_text(encoding="utf-8")
    sysroot = re.search(r"^bazel-bootstrap ([\d.]*\d)", packages, re.MULTILINE)[1]
    if sysroot != bazel:
        problems.append(f"tools/sysroot/packages/versions: Bazel {sysroot}, but .bazelversion has {bazel}")
    pins = pathlib.Path("tools/sysroot/linux/packages/versions").read_text(encoding="utf-8")
    archive = pathlib.Path("tools/linux/debian.bzl").read_text(encoding="utf-8")
    for pin in re.findall(r"^[a-z0-9-]+ (\S+)$", pins, re.MULTILINE):
        if pin not in archive:
            problems.append(f"tools/linux/debian.bzl: not {pin}, which tools/sysroot/linux/packages/versions has")
    print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(1 if problems else 0)


main()
