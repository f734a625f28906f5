# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash disable=SC2154
# Gets Debian packages with a private apt state: no root, and nothing of the machine's is changed. Sourced
# by `create`, which gives $work, $suite, step() and fail().

# All (URI, suite, keyring) of the machine's apt, best candidate for Debian's main archive first.
# Security archives, media and other suites' names are left out; a third party's archive that is left
# in does not carry the suite under Debian's name, and is refused later.
debian_sources() {
  local here=$1 list='' parts='' codename=''
  eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
  [ ! -r /etc/os-release ] || codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  local files=() file
  for file in "$list" "${parts%/}"/*.list "${parts%/}"/*.sources; do
    [ ! -r "$file" ] || [ ! -f "$file" ] || files+=("$file")
  done
  [ ${#files[@]} -gt 0 ] || return 0
  awk -f "$here/sources.awk" "${files[@]}" | awk -F '\t' -v codename="$codename" '
    $1 ~ /security|^cdrom:/ || $2 ~ /security/ || seen[$1]++ { next }
    { name = $2; sub(/-(updates|backports|proposed-updates)$/, "", name) }
    name !~ /^(((old)*stable)|testing|unstable|sid|forky|trixie|bookworm|bullseye)$/ && name != codename { next }
    { print ($1 ~ /\/debian\/?$/ ? 0 : 1) "\t" $0 }' | sort -s -n | cut -f2-
}

# The key that a source stanza carries itself, as a file. [sources.list(5), Signed-By]
inline_key() {
  local place=${1#inline:}
  sed -n "${place##*:},\$p" "${place%:*}" | sed '/^[^ \t]/,$d; s/^[ \t]//; s/^\.$//' > "$2"
}

# private_apt URI KEYRING [SNAPSHOT]: writes the private configuration for one candidate, at a date if given.
private_apt() {
  local uri=$1 keyring=$2 snapshot=${3:-} apt=$work/apt options=()
  rm -rf "$apt"
  mkdir -p "$apt"/{lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d,log,src}
  : > "$apt/status"
  case $keyring in
    inline:*) inline_key "$keyring" "$apt/etc/source.asc"; keyring=$apt/etc/source.asc ;;
  esac
  [ "$keyring" = - ] || options+=("signed-by=$keyring")
  [ -z "$snapshot" ] || options+=("snapshot=$snapshot")
  printf "%s ${options[*]:+[${options[*]}] }$uri $suite main\n" deb deb-src > "$apt/etc/sources.list"
  # The machine's proxies, certificates, credentials and trusted keys still count.
  apt-config dump --no-empty Acquire | grep -v IndexTargets > "$apt/apt.conf" || true
  cat >> "$apt/apt.conf" <<EOF
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Etc "$apt/etc";
Dir::Etc::sourceparts "-";
Dir::Etc::trusted "/etc/apt/trusted.gpg";
Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
Dir::Etc::netrc "/etc/apt/auth.conf";
Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Dir::Log "$apt/log";
APT::Architecture "amd64";
// Firmware that is packaged for the machines that it runs on.
APT::Architectures { "amd64"; "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
// A machine whose mirror is a dated snapshot still gets its tools; what is signed is still checked.
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
APT::Keep-Downloaded-Packages "true";
Debug::NoLocking "true";
EOF
  export APT_CONFIG=$apt/apt.conf
}

# The first error or warning in a log of apt.
apt_error() {
  { grep -m1 '^E:' "$1" || grep -m1 '^W:' "$1" || grep -m1 '^Err:' "$1" || tail -n1 "$1"; } | cut -c1-250
}

# Reads the package index of one candidate, if it has the suite under Debian's name; same arguments.
read_index() {
  private_apt "$@"
  step "package index of Debian $suite" apt-get update -q > "$work/update.log" 2>&1 &&
    grep -qs '^Origin: Debian$' "$work"/apt/lists/*Release
}

# Reads the package index from the first candidate that has it; $archive is its URI and keyring.
fetch_index() {
  local here=$1 sources uri keyring first_error=''
  sources=$(debian_sources "$here")
  [ -n "$sources" ] ||
    die "no Debian archive among this machine's apt sources; add one, or install bazelisk, clang >= 19, lld and qemu-system-arm"
  while IFS=$'\t' read -r uri _ keyring <&3; do
    archive=("$uri" "$keyring")
    if read_index "${archive[@]}"; then return 0; fi
    [ -n "$first_error" ] || first_error="from $uri: $(apt_error "$work/update.log")"
    unset APT_CONFIG
  done 3<<< "$sources"
  die "cannot read Debian's package index $first_error; check the network and run the same command again"
}

# The packages to leave out count as installed, at the version available: `hold` keeps apt from wanting them.
leave_out() {
  local names
  mapfile -t names < <(list "$1")
  apt-cache show --no-all-versions "${names[@]}" 2> "$work/show.log" | awk '
    /^Package:/ { package = $2 }
    /^Version:/ { version = $2 }
    /^$/ && package {
      printf "Package: %s\nStatus: hold ok installed\nVersion: %s\nArchitecture: amd64\n", package, version
      printf "Multi-Arch: foreign\nMaintainer: none\nDescription: left out\n\n"
      package = ""
    }' > "$work/apt/status.new" || true
  mv "$work/apt/status.new" "$work/apt/status"
}

# How far the download is; `create` shows it.
download_progress() {
  local have bytes
  have=$(find "$work/apt/cache/archives" -maxdepth 1 -name '*.deb' | wc -l)
  bytes=$(du -sb "$work/apt/cache/archives" | cut -f1)
  echo "downloading package $have of $download_count, $(megabytes "$bytes") of $(megabytes "$download_bytes") MB"
}

# resolve HERE: which packages and sources of which versions the index gives for packages/want. Writes their
# addresses to $work/uris, sets $download_count and $download_bytes. The log of a failure is $work/resolve.log.
resolve() {
  local want
  leave_out "$1/packages/leave_out"
  mapfile -t want < <(list "$1/packages/want")
  apt-get install -y -qq --print-uris "${want[@]}" > "$work/uris" 2> "$work/resolve.log" || return
  read -r download_count download_bytes < <(awk '/^\x27/ { n++; b += $3 } END { print n + 0, b + 0 }' "$work/uris")
  apt-get source -qq --print-uris "${source_packages[@]}" >> "$work/uris" 2> "$work/resolve.log"
}

# download HERE: everything that resolve() found.
download() {
  local want log=$work/download.log
  mapfile -t want < <(list "$1/packages/want")
  step download_progress apt-get install -y -qq --download-only "${want[@]}" > "$log" 2>&1 ||
    fail "$log" "the download stopped: $(apt_error "$log"); run the same command again"
  (cd "$work/apt/src" && step "sources of ${source_packages[*]}" \
    apt-get source -qq --download-only "${source_packages[@]}") > "$log" 2>&1 ||
    fail "$log" "the download of sources stopped: $(apt_error "$log"); run the same command again"
}
