# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What Trivet needs in a WORKSPACE, at the versions of MODULE.bazel. Not used with bzlmod."""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")
load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")

# zlib's own BUILD file loads from repositories that nothing else here needs.
_ZLIB_BUILD = """
load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "zlib",
    srcs = glob(["*.c", "*.h"], exclude = ["zconf.h", "zlib.h"]),
    hdrs = ["zconf.h", "zlib.h"],
    copts = ["-w"],
    includes = ["."],
    local_defines = ["HAVE_UNISTD_H=1"],
    visibility = ["//visibility:public"],
)
"""

def trivet_dependencies():
    """Declares each repository that the workspace has not declared before."""
    maybe(
        http_archive,
        name = "platforms",
        integrity = "sha256-KXQuhydYCbXlmNwvBNhpYMx6VbMGfZciHJq7yZJr/w8=",
        urls = ["https://github.com/bazelbuild/platforms/releases/download/0.0.11/platforms-0.0.11.tar.gz"],
    )

    # Loaded by BUILD files of rules_cc.
    maybe(
        http_archive,
        name = "bazel_skylib",
        integrity = "sha256-vCg8381SalLDIBJ5zaS8KYZS76iYsQtNsIN9xRZSdW8=",
        urls = ["https://github.com/bazelbuild/bazel-skylib/releases/download/1.7.1/bazel-skylib-1.7.1.tar.gz"],
    )
    maybe(
        http_archive,
        name = "rules_cc",
        integrity = "sha256-q8YF3YUPgTuzcAS3fbIBBqGTEalrLaHJK3idpSnSj+E=",
        strip_prefix = "rules_cc-0.0.17",
        urls = ["https://github.com/bazelbuild/rules_cc/releases/download/0.0.17/rules_cc-0.0.17.tar.gz"],
    )
    maybe(
        http_archive,
        name = "googletest",
        integrity = "sha256-e0K01u1IgQxTYsJloX+uvpDcI3PIheUhZDnTeSfwKSY=",
        strip_prefix = "googletest-1.15.2",
        urls = ["https://github.com/google/googletest/releases/download/v1.15.2/googletest-1.15.2.tar.gz"],
    )
    maybe(
        http_archive,
        name = "google_benchmark",
        integrity = "sha256-szRljt01788GqZ2b4h5Ok+CSvV+VB0wWc9XIcF2VwQQ=",
        strip_prefix = "benchmark-1.9.4",
        urls = ["https://github.com/google/benchmark/archive/refs/tags/v1.9.4.tar.gz"],
    )
    maybe(
        http_archive,
        name = "nlohmann_json",
        integrity = "sha256-oiRh0TEZrFx48gXT3x2xNAPljOG7F5TtyTE2dzE/Sp0=",
        urls = ["https://github.com/nlohmann/json/releases/download/v3.11.3/include.zip"],
    )
    maybe(
        http_archive,
        name = "zlib",
        build_file_content = _ZLIB_BUILD,
        integrity = "sha256-uzKaCizQJ00FUZ1hxmfAYuBpkNcuEl7i36jeZPARnRY=",
        strip_prefix = "zlib-1.3.2",
        urls = ["https://github.com/madler/zlib/releases/download/v1.3.2/zlib-1.3.2.tar.gz"],
    )
