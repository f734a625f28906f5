// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace trivet::tools {

/// Resolves `path` against BUILD_WORKING_DIRECTORY, the folder where `bazel run` was started.
inline std::string UserPath(std::string_view path) {
  const char* const folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr) return std::string(path);
  return (std::filesystem::path(folder) / path).string();
}

}  // namespace trivet::tools
