#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Mutants of the list-register manager: `tests/vgic/mutants.py DIR [NUMBER...]`, from the tree's root.

Makes a worktree in DIR whose vgic/ has every mistake in it, chosen at run time by the variable MUTANT: each condition
and each of its operands negated, each bit that ICH_HCR_EL2 is given left out, each bit of a list register dropped.
Compiles it once, runs the tests for each mutant and prints those that no test notices.
"""

import os
import re
import shutil
import subprocess
import sys

TESTS = ["//tests/vgic:vgic_test", "//tests/vgic:walk_test", "//tests/vgic:model_test"]
MUTATED = ["slow_path.h", "switching.h", "arrangement.h", "entry_table.h", "inbox.h", "interrupt.h",
           "virtual_cpu_interface.h"]
MUTANT_H = """#pragma once
#include <cstdint>
#include <cstdlib>
inline const int trivet_mutant = std::getenv("MUTANT") != nullptr ? std::atoi(std::getenv("MUTANT")) : -1;
constexpr bool IsMutant(int n) { return !__builtin_is_constant_evaluated() && trivet_mutant == n; }
#define NEGATED(n, ...) (IsMutant(n) != static_cast<bool>(__VA_ARGS__))
#define LEFT_OUT(n, ...) (!IsMutant(n) && (__VA_ARGS__))
inline std::uint64_t Dropped(int first, std::uint64_t value) {
  const int bit = trivet_mutant - first;
  return bit < 0 || bit > 63 ? value : value & ~(std::uint64_t{1} << bit);
}
"""
# Bits that no interrupt has: [gic] ICH_LR<n>_EL2, vINTIDs of 24 bits, pINTIDs of PPIs and SPIs, priorities of 5 bits
# (the simulated CPU's), no NMI.
UNUSED_BITS = set(range(24, 32)) | set(range(42, 51)) | set(range(56, 60))
# Another list register of a worse rank than the worst: one more exchange follows.
EQUIVALENT = {"operand of_i > Rank(table_.Get(worst), top)"}

points = []


def point(what):
    points.append(" ".join(what.split()))
    return len(points) - 1


def closing(text, at):
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise ValueError("unbalanced parentheses")


def operands(condition):
    """The condition at its && and ||, and those."""
    parts, depth, last = [], 0, 0
    for i, c in enumerate(condition):
        depth += 1 if c in "([{" else -1 if c in ")]}" else 0
        if depth == 0 and condition[i:i + 2] in ("&&", "||"):
            parts += [condition[last:i], condition[i:i + 2]]
            last = i + 2
    return parts + [condition[last:]]


def negated(condition):
    initializer, _, condition = condition.rpartition(";")
    whole = point(condition)
    parts = operands(condition)
    if len(parts) > 1:
        parts = [p if p in ("&&", "||") else f" NEGATED({point('operand ' + p)}, {p.strip()}) " for p in parts]
    head = initializer + "; " if initializer else ""
    return f"{head}NEGATED({whole}, {''.join(parts).strip()})"


def mutate(text):
    out, at = "", 0
    while match := re.compile(r"\b(?:if|while) \(").search(text, at):
        end = closing(text, match.end() - 1)
        out += text[at:match.end()] + negated(text[match.end():end]) + ")"
        at = end + 1
    text = out + text[at:]

    def returned(match):
        value = match.group(1)
        is_bool = re.search(r"==|!=|&&| < ", value) and not re.search(r"<<|Interrupt\(|span", value)
        return f"return NEGATED({point('return ' + value)}, {value});" if is_bool else match.group(0)

    text = re.sub(r"return ([^;?{}]*);", returned, text)
    return re.sub(r"\.(npie|lrenpie|vgrp[01][ed]ie|en)\(((?:[^()]|\([^()]*\))+)\)",
                  lambda m: f".{m.group(1)}(LEFT_OUT({point(m.group(0))}, {m.group(2)}))", text)


def mutate_tree(tree):
    vgic = os.path.join(tree, "vgic")

    def rewrite(name, change):
        path = os.path.join(vgic, name)
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(change(text))

    for name in MUTATED:
        rewrite(name, mutate)
    first = len(points)
    for bit in range(64):
        point(f"bit {bit}")
    rewrite("gic_v3_interface.h", lambda text: re.sub(
        r"Write<(First|Second)>\((\w+)\)",
        rf"Write<\1>(std::is_same_v<\1Value, ListRegister> ? \1Value::FromRaw(Dropped({first}, \2.raw())) : \2)",
        text.replace("<hal::Cpu>(n, value)", f"<hal::Cpu>(n, ListRegister::FromRaw(Dropped({first}, value.raw())))")))
    for name in ("interrupt.h", "entry_table.h", "inbox.h"):
        rewrite(name, lambda text: text.replace("#pragma once", '#pragma once\n#include "vgic/mutant.h"', 1))
    with open(os.path.join(vgic, "mutant.h"), "w") as file:
        file.write(MUTANT_H)
    rewrite("BUILD.bazel", lambda text: text.replace('"error.h",', '"error.h", "mutant.h",', 1))


def is_noticed(tree, number):
    return subprocess.run(["./bazelw", "test", f"--test_env=MUTANT={number}", "--test_timeout=100", *TESTS], cwd=tree,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0


def main():
    tree = os.path.abspath(sys.argv[1])
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, "HEAD"], check=True)
    if os.path.exists("user.bazelrc"):
        shutil.copy("user.bazelrc", tree)
    mutate_tree(tree)
    if is_noticed(tree, -1):
        sys.exit("the tests fail without a mutant")
    survivors = []
    numbers = [int(n) for n in sys.argv[2:]] or range(len(points))
    for number in numbers:
        what = points[number]
        unused = what.startswith("bit ") and int(what[4:]) in UNUSED_BITS
        if not unused and what not in EQUIVALENT and not is_noticed(tree, number):
            survivors.append(number)
            print(f"{number}: {what}", flush=True)
    print(f"{len(survivors)} of {len(numbers)} mutants survive")
    subprocess.run(["git", "worktree", "remove", "--force", tree], check=True)
    sys.exit(len(survivors) != 0)


if __name__ == "__main__":
    main()
