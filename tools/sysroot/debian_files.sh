# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154
# A folder of files of some Debian packages, beside the toolchain sysroot: no package is installed. Sourced by the
# `create` of each, which gives $final, $suite, $content, the folder's content in words, and resolve().
set -euo pipefail
export LC_ALL=C
sysroot=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=say.sh
. "$sysroot/say.sh"
# shellcheck source=apt.sh
. "$sysroot/apt.sh"
# shellcheck source=versions.sh
. "$sysroot/versions.sh"

work=$(mktemp -d "$final.making.XXXXXX")
trap 'rm -rf "$work"' EXIT
files=$work/files

# For apt.sh.
step() { shift; "$@" < /dev/null; }
fail() { die "$2"; }

# Reads the index; resolve() then sets the array `packages`.
find_packages() {
  say "taking $content, once"
  fetch_index "$sysroot"
  resolve || die "Debian $suite lacks a package for $content: $(apt_error "$work/resolve.log")"
}

download_packages() {
  mkdir "$work/debs" "$files"
  (cd "$work/debs" && apt-get download -qq "${packages[@]}") > "$work/download.log" 2>&1 ||
    die "the download of $content stopped: $(apt_error "$work/download.log"); run the same command again"
}

# unpack PACKAGE FOLDER OPTION...: files of the packages of this name, which may be a pattern, by tar's options.
unpack() {
  local package
  for package in "$work/debs/"$1_*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -C "$2" -x --no-same-owner "${@:3}"
  done
}

finish() {
  mv "$files" "$final"
  say "ready: $content, $1, $(du -sm "$final" | cut -f1) MB in $final, $SECONDS s"
}
