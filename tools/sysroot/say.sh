# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# Messages and progress of the toolchain sysroot's scripts. Sourced.

# One line, on standard error.
say() { echo "bazelw: $*" >&2; }

# The one line that ends everything.
die() {
  say "$*"
  exit 1
}

# The words of a list file, without its comments.
list() { sed 's/#.*//' "$1" | tr -s ' \t\n' '\n' | sed '/^$/d'; }

megabytes() { echo $((($1 + 999999) / 1000000)); }

# progress TEXT: replaces the line on a terminal; elsewhere one line in five seconds.
progress_shown=-5
progress() {
  if [ -t 2 ]; then
    printf '\rbazelw: %s \033[K' "$*" >&2
  elif [ $((SECONDS - progress_shown)) -ge 5 ]; then
    progress_shown=$SECONDS
    say "$*"
  fi
}

# Ends a line that progress() replaced.
progress_end() {
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
  progress_shown=-5
}
