// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/machine/test_trees.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace trivet::platforms {
namespace {

std::vector<std::uint32_t> ReadWords(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::uint32_t> words((bytes.size() + 3) / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

}  // namespace

const std::map<std::string, std::vector<std::uint32_t>>& TestTrees() {
  static const auto trees = [] {
    std::map<std::string, std::vector<std::uint32_t>> found;
    const char* const paths = std::getenv("DEVICE_TREES");
    std::istringstream words(paths == nullptr ? "" : paths);
    for (std::string path; words >> path;) {
      const std::string file = path.substr(path.rfind('/') + 1);
      found[file.substr(0, file.rfind('.'))] = ReadWords(path);
    }
    return found;
  }();
  return trees;
}

}  // namespace trivet::platforms
