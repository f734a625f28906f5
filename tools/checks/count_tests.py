#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Counts test cases from Bazel's build events: `count_tests.py FILE...` prints "PASSED FAILED".

A test program that prints GoogleTest's summary (on the host or at EL2) counts by its cases, any other as one.
"""

import json
import re
import sys
import urllib.parse

PASSED = re.compile(r"^\[  PASSED  \] (\d+) tests?\b", re.MULTILINE)
FAILED = re.compile(r"^\[  FAILED  \] (\d+) tests?\b", re.MULTILINE)


def log_of(result):
    for output in result.get("testActionOutput", []):
        if output["name"] == "test.log":
            path = urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
    return ""


def count_one(result):
    """(passed, failed) of one run of one test target."""
    log = log_of(result)
    passed = sum(int(n) for n in PASSED.findall(log))
    failed = sum(int(n) for n in FAILED.findall(log))
    if result["status"] == "PASSED":
        return max(passed, 1), 0
    return passed, max(failed, 1)


def main():
    total = [0, 0]
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            for line in file:
                event = json.loads(line)
                if "testResult" in event:
                    for index, count in enumerate(count_one(event["testResult"])):
                        total[index] += count
                elif event.get("testSummary", {}).get("overallStatus") == "FAILED_TO_BUILD":
                    total[1] += 1
    print(*total)


main()
