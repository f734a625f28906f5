# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154
# Compares the versions that Debian has with the pinned ones of packages/versions. Sourced by `create`, after apt.sh.

# "PACKAGE VERSION" of everything in $work/uris, without epoch and Debian revision: upstream's version decides results.
available_versions() {
  awk '/^\x27/ && $2 ~ /\.(deb|dsc)$/ { print $2 }' "$work/uris" |
    sed -E 's/\.dsc$//; s/_[^_]*\.deb$//; s/%3a/:/; s/_([0-9]+:)?/ /; s/-[^- ]*$//'
}

# One line, empty when every pinned package has its version: "qemu-system-arm 11.1.2 -> 11.2.0, ..."
moved_packages() {
  awk '
    NR == FNR { available[$1] = $2; next }
    /^(#|snapshot|$)/ || available[$1] == $2 { next }
    { printf "%s%s %s -> %s", separator, $1, $2, available[$1] ? available[$1] : "none"; separator = ", " }
  ' <(available_versions) "$1/packages/versions"
}

# Whether apt reads the archive as it was on the day of the pins, and that has their versions; if not, the index is
# today's again. Apt itself knows where snapshots are. [sources.list(5), Snapshot; since apt 2.7]
use_snapshot() {
  local here=$1 day version
  day=$(awk '$1 == "snapshot" { print $2 }' "$here/packages/versions")
  version=$(apt-get --version 2> /dev/null | awk 'NR == 1 && $1 == "apt" { print $2 }')
  [ -n "$version" ] && [ "$(printf '2.7\n%s\n' "$version" | sort -V | head -n1)" = 2.7 ] || return
  if read_index "${archive[@]}" "$day" && resolve "$here" && [ -z "$(moved_packages "$here")" ]; then return; fi
  { read_index "${archive[@]}" && resolve "$here"; } ||
    die "cannot read Debian's package index: $(apt_error "$work/update.log")"
  return 1
}

# Goes on with the pinned versions if the archive or a snapshot of it has them, else says in one line what moved and
# goes on with that; TRIVET_SYSROOT=pinned stops instead. The line is kept in $work/moved.
check_versions() {
  local here=$1 moved line
  moved=$(moved_packages "$here")
  : > "$work/moved"
  if [ -z "$moved" ] || use_snapshot "$here"; then return; fi
  line="Debian $suite has moved from the pinned versions: $moved; tools/sysroot/pin accepts them"
  [ "${TRIVET_SYSROOT:-}" != pinned ] || die "$line"
  say "$line"
  echo "$line" > "$work/moved"
}

# Writes the versions available now for the same packages, and the date of the index that they are from.
pin_versions() {
  local file=$1 lines day
  day=$(sed -n 's/^Date: //p' "$work"/apt/lists/*Release | head -n1)
  lines=$(awk -v day="$(date -u -d "$day" +%Y%m%dT%H%M%SZ)" '
    NR == FNR { available[$1] = $2; next }
    $1 == "snapshot" { $2 = day }
    $1 in available { $2 = available[$1] }
    { print }' <(available_versions) "$file")
  echo "$lines" > "$file"
}
