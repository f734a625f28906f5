#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace trivet::tools {

/// The file that the user means by `path`: relative to the folder he ran `bazel run` in, which
/// Bazel leaves in BUILD_WORKING_DIRECTORY, since it starts programs elsewhere.
inline std::string UserPath(std::string_view path) {
  const char* const folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr) return std::string(path);
  return (std::filesystem::path(folder) / path).string();
}

}  // namespace trivet::tools
