#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Mistakes of a hypervisor that runs Linux: `tests/hypervisor/mutants.py DIR [NAME...]`, from the tree's root.

Makes a worktree in DIR that has every mistake in it, chosen when it runs: on the build machine by the variable MUTANT, in
an image by a word that is patched into it. Compiles it once, runs for each mutant the cheapest test that is to notice it,
and prints those that are not noticed. Takes Debian's kernel, and some minutes.
"""

import os
import shutil
import subprocess
import sys

GUEST = "//tests/guest:guest_test"
VGIC = "//tests/vgic:vgic_test"
BOOT = "linux_test_cortex-a72"
BOOT_LIMIT = "120"  # Seconds, for a guest that hangs.
TESTS_FAILED = 3  # Bazel's status.

# Each mutant: its name, the test, the file, what is replaced there, and by what. MUTANT is its condition.
HCR = ("percpu/guest_switch.cc", "guest.hcr = terms.value();")
MUTANTS = [
    ("no RW", BOOT, *HCR, "if (MUTANT) guest.hcr = guest.hcr.rw(false);"),
    ("no IMO", GUEST, *HCR, "if (MUTANT) guest.hcr = guest.hcr.imo(false);"),
    ("no FMO", GUEST, *HCR, "if (MUTANT) guest.hcr = guest.hcr.fmo(false);"),
    ("no VM", BOOT, *HCR, "if (MUTANT) guest.hcr = guest.hcr.vm(false);"),
    ("no TSC", BOOT, *HCR, "if (MUTANT) guest.hcr = guest.hcr.tsc(false);"),
    ("no HW bit", VGIC, "vgic/pass_through.h", "Interrupt::Hardware(acknowledged, acknowledged)",
     "(MUTANT ? Interrupt::Edge(acknowledged) : Interrupt::Hardware(acknowledged, acknowledged))"),
    ("FP trapped by CPTR", BOOT, "percpu/vector_switch.cc", ".tfp(traps.fp)", ".tfp(traps.fp || MUTANT)"),
    ("CNTVOFF not written", GUEST, "percpu/guest_switch.cc", "Set<CntvoffEl2>(request.cntvoff)",
     "Set<CntvoffEl2>(MUTANT ? CntvoffEl2() : request.cntvoff)"),
    ("stage 2 read-only", BOOT, "vcpu/stage2/descriptor.h", "(permissions.write ? kWrite : 0)",
     "(permissions.write && !MUTANT ? kWrite : 0)"),
    ("VMPIDR of CPU 1", BOOT, "percpu/guest_switch.cc", "Set<VmpidrEl2>(request.vmpidr)",
     "Set<VmpidrEl2>(VmpidrEl2::FromRaw(request.vmpidr.raw() ^ "
     "(MUTANT && (request.vmpidr.raw() & 0xffff) != 0 ? 0x30000 : 0)))"),
]
MAGIC = b"TRIVETMU"
WORD = """
#if __STDC_HOSTED__
#include <cstdlib>
inline const int trivet_mutant = std::getenv("MUTANT") != nullptr ? std::atoi(std::getenv("MUTANT")) : -1;
inline bool IsTrivetMutant(int n) { return trivet_mutant == n; }
#else
struct TrivetMutant {
  volatile unsigned char magic[8];
  volatile unsigned long long number;
};
inline constinit TrivetMutant trivet_mutant = {{%s}, ~0ull};
inline bool IsTrivetMutant(unsigned n) { return trivet_mutant.magic[0] != 0 && trivet_mutant.number == n; }
#endif
constexpr bool IsMutant(int n) { return !__builtin_is_constant_evaluated() && IsTrivetMutant(n); }
""" % ", ".join(str(byte) for byte in MAGIC)


def rewrite(tree, name, change):
    path = os.path.join(tree, name)
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(change(text))


def mutate_tree(tree):
    rewrite(tree, "hal/status.h", lambda text: text + WORD)
    rewrite(tree, "vcpu/stage2/descriptor.h", lambda text: text.replace("#include", '#include "hal/status.h"\n#include', 1))
    for number, (name, _, path, old, new) in enumerate(MUTANTS):
        new = new.replace("MUTANT", f"IsMutant({number})")
        added = old + "\n" + new if new.startswith("if ") else new

        def change(text):
            if old not in text:
                sys.exit(f"{name}: not in {path}: {old}")
            return text.replace(old, added, 1)

        rewrite(tree, path, change)


def bazel(folder, *arguments):
    tree = folder if os.path.exists(os.path.join(folder, "bazelw")) else os.path.join(folder, "..", "..")
    return subprocess.run([os.path.join(tree, "bazelw"), *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def boot_fails(tree, number):
    """Boots the image with `number` in its word."""
    workspace = os.path.join(tree, "examples", "linux")
    image = os.path.join(workspace, "bazel-bin", BOOT + ".img")
    with open(image, "rb") as file:
        content = file.read()
    if content.count(MAGIC) != 1:
        sys.exit(f"{image} has {content.count(MAGIC)} words for a mutant")
    at = content.index(MAGIC) + len(MAGIC)
    os.chmod(image, 0o755)
    with open(image, "r+b") as file:
        file.seek(at)
        file.write((number % 2**64).to_bytes(8, "little"))
    return bazel(workspace, "--shell", "timeout", BOOT_LIMIT, f"bazel-bin/{BOOT}.sh") != 0


def is_noticed(tree, test, number):
    if test == BOOT:
        return boot_fails(tree, number)
    status = bazel(tree, "test", f"--test_env=MUTANT={number}", test)
    if status not in (0, TESTS_FAILED):
        sys.exit(f"{test}: Bazel ends with status {status}")
    return status == TESTS_FAILED


def main():
    tree = os.path.abspath(sys.argv[1])
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, "HEAD"], check=True)
    for name in ("user.bazelrc", "examples/linux/user.bazelrc"):
        if os.path.exists(name):
            shutil.copy(name, os.path.join(tree, name))
    mutate_tree(tree)
    if bazel(os.path.join(tree, "examples", "linux"), "build", f"//:{BOOT}") != 0:
        sys.exit("the mutants do not compile")
    chosen = [(i, m) for i, m in enumerate(MUTANTS) if len(sys.argv) == 2 or m[0] in sys.argv[2:]]
    for test in dict.fromkeys(test for _, (_, test, *_) in chosen):
        if is_noticed(tree, test, -1):
            sys.exit(f"{test} fails without a mutant")
    survivors = 0
    for number, (name, test, *_) in chosen:
        noticed = is_noticed(tree, test, number)
        survivors += not noticed
        print(f"{name}: {'noticed by' if noticed else 'NOT NOTICED by'} {test}", flush=True)
    print(f"{survivors} of {len(chosen)} mutants survive")
    subprocess.run(["git", "worktree", "remove", "--force", tree], check=True)
    sys.exit(survivors != 0)


if __name__ == "__main__":
    main()
