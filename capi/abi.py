#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Writes a C program that prints what compiled callers of a header rely on: numbers, layouts, calls.

usage: abi.py HEADER > PROGRAM.c
"""

import pathlib
import re
import sys

MACRO = re.compile(r"^#define (TRIVET_[A-Z0-9_]+) \d", re.MULTILINE)
ENUM = re.compile(r"typedef enum (?:TRIVET_BYTE )?\w+ \{(.*?)\} (\w+);", re.DOTALL)
STRUCT = re.compile(r"typedef struct (\w+) \{(.*?)\} \w+;", re.DOTALL)
MEMBER = re.compile(r"(?:\(\*(\w+)\)\([^;]*\)|(\w+)(?:\[\w+\])?)$")
CALL = re.compile(r"^(?!typedef)[\w* ]+?\btrivet_\w+\([^;{]*\);", re.MULTILINE)


def members(body):
    for declaration in body.split(";"):
        if declaration.strip():
            found = MEMBER.search(declaration.strip())
            yield found[1] or found[2]


def lines(header):
    """The arguments of printf() for each line."""
    for name in MACRO.findall(header):
        yield f'"{name} = %llu\\n", (unsigned long long)({name})'
    for body, enum in ENUM.findall(header):
        yield f'"{enum}: %zu bytes\\n", sizeof({enum})'
        for name in re.findall(r"\bTRIVET_\w+", body):
            yield f'"{name} = %llu\\n", (unsigned long long)({name})'
    for struct, body in STRUCT.findall(header):
        yield f'"{struct}: %zu bytes, aligned to %zu\\n", sizeof({struct}), _Alignof({struct})'
        for name in members(body):
            yield f'"{struct}.{name}: at %zu, %zu bytes\\n", offsetof({struct}, {name}), sizeof((({struct} *)0)->{name})'
    for call in CALL.findall(header):
        yield f'"%s\\n", "{" ".join(call.split())}"'


def main():
    header = re.sub(r"//.*", "", pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    print('#include <stdio.h>\n\n#include "trivet.h"\n\nint main(void) {')
    for arguments in lines(header):
        print(f"  printf({arguments});")
    print("  return 0;\n}")


main()
