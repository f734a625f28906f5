#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Checks .bcr/ against what the Bazel Central Registry requires of a module, and the workflow against the README.

--release: also that no OWNER is left to be filled in.
"""

import json
import pathlib
import re
import sys

TEXT = {"encoding": "utf-8"}
REPOSITORY = re.compile(r"github:[\w.-]+/[\w.-]+$")


def read(path):
    return pathlib.Path(path).read_text(**TEXT)


def problems_of_metadata(metadata):
    for key, kind in {"homepage": str, "maintainers": list, "repository": list, "versions": list, "yanked_versions": dict}.items():
        if not isinstance(metadata.get(key), kind):
            yield f"metadata.template.json: {key} is no {kind.__name__}"
            return
    if metadata["versions"] or metadata["yanked_versions"]:
        yield "metadata.template.json: the registry fills versions and yanked_versions in"
    if not metadata["maintainers"] or not all(m.get("github") and m.get("name") for m in metadata["maintainers"]):
        yield "metadata.template.json: a maintainer has a github and a name"
    if not metadata["repository"] or not all(REPOSITORY.match(r) for r in metadata["repository"]):
        yield "metadata.template.json: a repository is github:OWNER/NAME"


def problems_of_source(source):
    if set(source) - {"patches", "patch_strip"} != {"integrity", "strip_prefix", "url"}:
        yield "source.template.json: has integrity, strip_prefix and url"
        return
    if source["integrity"]:
        yield "source.template.json: the integrity is computed at the release"
    for needed in ("{OWNER}", "{REPO}", "{TAG}"):
        if needed not in source["url"]:
            yield f"source.template.json: url without {needed}"
    if not source["url"].endswith((".tar.gz", ".zip")):
        yield "source.template.json: url is no .tar.gz or .zip"


def problems_of_presubmit(presubmit):
    folder = re.search(r"^  module_path: (\S+)$", presubmit, re.MULTILINE)
    if not folder or not pathlib.Path(folder[1], "MODULE.bazel").exists():
        yield "presubmit.yml: module_path is no module of this repository"
        return
    build = read(pathlib.Path(folder[1], "BUILD.bazel"))
    for target in re.findall(r'- "//:(\w+)"', presubmit):
        if f'name = "{target}"' not in build:
            yield f"presubmit.yml: {folder[1]} has no target {target}"
    major = read(".bazelversion").split(".")[0]
    if f'"{major}.x"' not in presubmit:
        yield f"presubmit.yml: not with Bazel {major}, which .bazelversion has"


def problems_of_module(module):
    for key in ("name", "version", "compatibility_level"):
        if not re.search(rf"^    {key} = ", module, re.MULTILINE):
            yield f"MODULE.bazel: no {key}"
    if re.search(r"^(local_path|archive|git|single_version)_override", module, re.MULTILINE):
        yield "MODULE.bazel: overrides have no effect in a module that others depend on"


def problems_of_workflow(workflow, readme):
    for command in re.findall(r"- run: (\./bazelw \S+ //\S+)", workflow):
        if command not in readme:
            yield f"ci.yml: the README has no `{command}`"
    if len(re.findall(r"- run: \./bazelw (?:run //bench|test //\.\.\.)$", workflow, re.MULTILINE)) != 2:
        yield "ci.yml: does not run the two commands of the README"


def main():
    metadata = json.loads(read(".bcr/metadata.template.json"))
    found = [
        *problems_of_metadata(metadata),
        *problems_of_source(json.loads(read(".bcr/source.template.json"))),
        *problems_of_presubmit(read(".bcr/presubmit.yml")),
        *problems_of_module(read("MODULE.bazel")),
        *problems_of_workflow(read(".github/workflows/ci.yml"), read("README.md") + read("CHANGELOG.md")),
    ]
    if "--release" in sys.argv and "OWNER" in json.dumps(metadata):
        found.append("metadata.template.json: OWNER is to be replaced by the repository's owner")
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)


main()
