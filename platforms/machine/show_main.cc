// Prints what an image takes from a machine's device tree: `bazel run //platforms/machine:show --
// FILE.dtb`.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "platforms/machine/show.h"
#include "tools/user_path.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: show FILE.dtb (on a running Linux: /sys/firmware/fdt)\n", stderr);
    return 2;
  }
  std::ifstream file(trivet::tools::UserPath(argv[1]), std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "show: cannot read '%s'\n", argv[1]);
    return 1;
  }
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::uint32_t> words((bytes.size() + 3) / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  const auto tree = trivet::platforms::fdt::Tree::Check(words);
  if (!tree) {
    std::fprintf(stderr, "show: '%s' is not a device tree: %s\n", argv[1], ToString(tree.error()));
    return 1;
  }
  std::fputs(trivet::platforms::Show(*tree).c_str(), stdout);
  return 0;
}
