# shellcheck shell=bash disable=SC2154
# Turns downloaded packages into a root directory. Sourced by `create`, which gives $work and step().

# unpack_packages DIR EXCLUDED ROOT: all of them, several at once. No maintainer script runs.
unpack_packages() {
  local archives=$1 root=$3 pattern
  unpack_options=(--no-same-owner --keep-directory-symlink)
  while read -r pattern; do unpack_options+=("--exclude=$pattern"); done < <(list "$2")
  unpack_one "$archives"/base-files_*.deb "$root"   # first: it brings the links of a merged /usr
  # shellcheck disable=SC2016
  find "$archives" -maxdepth 1 -name '*.deb' -printf '%s %p\n' | sort -rn | cut -d' ' -f2- |
    UNPACK_OPTIONS=$(printf '%s\n' "${unpack_options[@]}") xargs -P"$(nproc)" -n1 bash -c '
      set -euo pipefail
      mapfile -t options <<< "$UNPACK_OPTIONS"
      dpkg-deb --fsys-tarfile "$2" | tar -C "$0" -x "${options[@]}"
      echo "$2" >> "$1"' "$root" "$work/unpacked"
}

unpack_one() { dpkg-deb --fsys-tarfile "$1" | tar -C "$2" -x "${unpack_options[@]}"; }

unpack_progress() {
  echo "unpacking package $(wc -l < "$work/unpacked") of $download_count"
}

# What maintainer scripts would have done: the usual names of shell, awk, java, compilers.
link_programs() {
  local root=$1 keep program
  keep=" $(list "$2" | tr '\n' ' ')"
  for program in "$root"/usr/lib/llvm-21/bin/*; do
    case $keep in *" ${program##*/} "*) ;; *) rm -f "$program" ;; esac
  done
  (
    cd "$root/usr/bin" || exit
    for program in ../lib/llvm-21/bin/*; do ln -sf "$program" "${program##*/}"; done
    ln -sf bash sh
    ln -sf mawk awk
    ln -sf ../lib/jvm/default-java/bin/java java
    ln -sf clang cc
    ln -sf clang++ c++
    ln -sf ld.lld ld
    for program in ar nm objcopy objdump strip readelf ranlib size strings cxxfilt dwp; do
      ln -sf "llvm-$program" "$program"
    done
    ln -sf llvm-cxxfilt c++filt
  )
}

# Mount points, and files of /etc that the machine's own are laid over.
make_places() {
  local root=$1 file
  mkdir -p "$root"/{proc,sys,dev,tmp,usr/local/bin,etc/bazel/registry}
  for file in passwd group hosts resolv.conf nsswitch.conf localtime; do : > "$root/etc/$file"; done
  find "$root/usr/share/ca-certificates" -name '*.crt' -exec cat {} + > "$root/etc/ssl/certs/ca-certificates.crt"
}

# Bazel's view: its configuration, upstream sources with short BUILD files, stubs of unused modules.
add_modules() {
  local root=$1 here=$2 sources=$3 offline=$1/usr/share/bazel-offline module
  mkdir -p "$offline"/{googletest,google_benchmark}
  tar -xf "$sources"/googletest_*.orig.tar.* --strip-components=1 -C "$offline/googletest"
  tar -xf "$sources"/benchmark_*.orig.tar.* --strip-components=1 -C "$offline/google_benchmark"
  cp -R "$here"/overlay/. "$offline/"
  cp "$here/bazelrc" "$root/etc/bazel/bazelrc"
  for module in "$sources"/*.dsc; do basename "$module" .dsc; done > "$offline/sources.txt"
}
