# SPDX-License-Identifier: Apache-2.0 OR MIT
# shellcheck shell=bash
# A local Bazel registry for the modules that the toolchain sysroot's bazelrc does not override. Sourced.

# make_registry DIR SYSROOT MODULE.bazel...: every version that one of the files pins resolves to the
# toolchain sysroot's copy. Adds what is missing, whole files only: other Bazels may be reading.
make_registry() {
  local dir=$1 root=$2 module version source file pins
  shift 2
  mkdir -p "$dir/modules"
  write_once "$dir/bazel_registry.json" '{"mirrors": [], "module_base_path": "/"}'
  for module in rules_shell googletest google_benchmark nlohmann_json; do
    case $module in
      rules_shell) source=/usr/share/bazel/rules/shell ;;
      *) source=/usr/share/bazel-offline/$module ;;
    esac
    pins=$(cat "$@" | tr -d '\n' | grep -oE "bazel_dep\([^)]*name *= *\"$module\"[^)]*" |
      grep -oE '[^_]version *= *"[^"]*"' | cut -d'"' -f2 || true)
    for version in $pins; do
      file=$dir/modules/$module/$version
      [ ! -e "$file/MODULE.bazel" ] || continue
      mkdir -p "$file"
      write_once "$file/source.json" "{\"type\": \"local_path\", \"path\": \"$source\"}"
      write_once "$file/MODULE.bazel" "$(pinned_module "$root$source/MODULE.bazel" "$version")"
    done
  done
}

# The module file with the pinned version.
pinned_module() {
  sed -z -E "s/(module\([^)]*[^_]version *= *\")[^\"]*/\1$2/; t; s/module\(/module(version = \"$2\", /" "$1"
}

write_once() {
  [ -e "$1" ] || { printf '%s\n' "$2" > "$1.$$" && mv "$1.$$" "$1"; }
}
