#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 OR MIT
# What the tests of examples/make, cmake and cargo share, which source it with their argument: a tarball of //:dist.
# CROSS is the prefix of GCC's and binutils' programs; QEMU the command that runs qemu-system-aarch64.
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd -P)
client=$(basename "$here")
tarball=$(realpath "$1")
export CROSS=${CROSS:-aarch64-linux-gnu-}
read -ra qemu <<< "${QEMU:-qemu-system-aarch64}"

skip() {
  echo "examples/$client: skipped, $1"
  exit 0
}

# need PROGRAM...: without one of them, or QEMU, the test passes with that line.
need() {
  local program
  for program in "$@" "${qemu[0]}"; do
    command -v "$program" > /dev/null || skip "there is no $program"
  done
}

# Makes the folder $work, with the tarball's contents in $trivet.
unpack() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  tar -xzf "$tarball" -C "$work"
  trivet=$work/$(basename "$tarball" .tar.gz)
}

# boot ELF: passes when the image prints "CLIENT: PASS". The limit is for an image that hangs.
boot() {
  timeout 60 "${qemu[@]}" -M virt,virtualization=on,gic-version=3 -cpu max -m 256 -display none -monitor none -nic none \
    -serial stdio -kernel "$1" < /dev/null | tee "$work/console"
  grep -qx "$client: PASS" "$work/console"
}
