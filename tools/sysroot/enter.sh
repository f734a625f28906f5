# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# Runs a command with the toolchain sysroot as /usr and /etc, and everything else of the machine at its own place.
# Sourced by bazelw.

# bubblewrap: the machine's own, which a security policy may know, else the toolchain sysroot's, which needs
# none of the machine's libraries. Sets the array `bwrap`.
find_bwrap() {
  local root=$1
  if command -v bwrap > /dev/null; then
    bwrap=(bwrap)
  else
    bwrap=("$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu"
      "$root/usr/bin/bwrap")
  fi
}

# Whether this user may make the namespaces that entering needs; checked before a toolchain sysroot is made.
can_enter() {
  if command -v bwrap > /dev/null; then
    bwrap --ro-bind / / --dev-bind /dev /dev /bin/true 2> /dev/null
  elif [ "$(id -u)" = 0 ]; then
    unshare --mount true 2> /dev/null
  else
    unshare --user --map-root-user --mount true 2> /dev/null
  fi
}

# Sets the array `view`: bwrap's options for the machine's folders around the toolchain sysroot's /usr and /etc.
set_view() {
  local root=$1 registry=$2 path
  view=(--ro-bind "$root/usr" /usr --ro-bind "$root/etc" /etc)
  for path in bin lib lib64 sbin; do view+=(--symlink "usr/$path" "/$path"); done
  for path in passwd group hosts resolv.conf nsswitch.conf localtime; do
    if [ -e "/etc/$path" ]; then view+=(--ro-bind "$(readlink -f "/etc/$path")" "/etc/$path"); fi
  done
  view+=(--ro-bind "$registry" /etc/bazel/registry)
  view+=(--dev-bind /dev /dev --bind /proc /proc --ro-bind /sys /sys)
  for path in /*; do
    case $path in
      /bin | /sbin | /lib | /lib32 | /lib64 | /libx32 | /usr | /etc | /proc | /sys | /dev | /lost+found | /boot) ;;
      *)
        if [ -L "$path" ]; then
          view+=(--symlink "$(readlink "$path")" "$path")
        elif [ -d "$path" ] && [ -r "$path" ]; then
          view+=(--bind "$path" "$path")
        fi
        ;;
    esac
  done
}

# enter ROOT REGISTRY COMMAND...: becomes the command.
enter() {
  local root=$1 registry=$2 bwrap=() view=() variable
  shift 2
  for variable in JAVA_HOME CC CXX LD_PRELOAD LD_LIBRARY_PATH BASH_ENV PYTHONPATH PYTHONHOME \
    CPLUS_INCLUDE_PATH C_INCLUDE_PATH CPATH LIBRARY_PATH; do
    unset "$variable"
  done
  find_bwrap "$root"
  set_view "$root" "$registry"
  bwrap[0]=$(command -v "${bwrap[0]}")
  export PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 LC_ALL=C.UTF-8
  # bwrap would die of Ctrl-C before Bazel, which has a handler of its own, is done with it.
  trap '' INT
  exec "${bwrap[@]}" "${view[@]}" --chdir "$PWD" "$@"
}
