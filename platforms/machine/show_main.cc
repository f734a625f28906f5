// SPDX-License-Identifier: Apache-2.0 OR MIT
// Prints what an image takes from a machine's device tree: `bazel run //platforms/machine:show --
// FILE.dtb`.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "platforms/fdt/walk.h"
#include "platforms/machine/show.h"
#include "tools/options/options.h"
#include "tools/user_path.h"

namespace {

/// Of a tree that is refused, what comes before the error.
int Show(const char* path, std::span<const std::uint32_t> words) {
  using trivet::platforms::fdt::Tree;
  const auto tree = Tree::Check(words);
  if (tree) return std::fputs(trivet::platforms::Show(*tree).c_str(), stdout), 0;
  const auto rest = Tree::Salvage(words);
  const std::string place =
      rest && IsInNode(tree.error()) ? ", at node " + std::string(LastNode(*rest)) : "";
  std::fprintf(stderr, "show: '%s' is not a device tree: %s%s\n", path, ToString(tree.error()),
               place.c_str());
  if (rest) std::fputs(trivet::platforms::Show(*rest).c_str(), stdout);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trivet;  // NOLINT(google-build-using-namespace): its own main
  const tools::Command command = {.usage = "show FILE.dtb (on a running Linux: /sys/firmware/fdt)",
                                  .options = {},
                                  .takes_operands = true};
  const auto rest = tools::Parse(command, tools::Words(argv + 1, argv + argc));
  if (!rest) return tools::Misused("show", rest.error());
  if (rest->help) return std::fputs(tools::Help(command).c_str(), stdout), 0;
  if (rest->operands.size() != 1) return tools::Misused("show", "needs one FILE.dtb");
  const char* const path = rest->operands.front().c_str();
  std::ifstream file(tools::UserPath(path), std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "show: cannot read '%s'\n", path);
    return 1;
  }
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::uint32_t> words((bytes.size() + 3) / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return Show(path, words);
}
