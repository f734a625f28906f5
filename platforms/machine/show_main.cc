// SPDX-License-Identifier: Apache-2.0 OR MIT
// Prints what an image takes from a machine's device tree or ACPI tables: `bazel run
// //platforms/machine:show -- FILE`.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "platforms/fdt/walk.h"
#include "platforms/machine/dump.h"
#include "platforms/machine/show.h"
#include "tools/options/options.h"
#include "tools/user_path.h"

namespace {

namespace platforms = trivet::platforms;

/// Of a tree that is refused, what comes before the error.
int ShowTree(const char* path, std::span<const std::uint32_t> words) {
  using platforms::fdt::Tree;
  const auto tree = Tree::Check(words);
  if (tree) return std::fputs(platforms::Show(*tree).c_str(), stdout), 0;
  const auto rest = Tree::Salvage(words);
  const std::string place =
      rest && IsInNode(tree.error()) ? ", at node " + std::string(LastNode(*rest)) : "";
  std::fprintf(stderr, "show: '%s' is not a device tree: %s%s\n", path, ToString(tree.error()),
               place.c_str());
  if (rest) std::fputs(platforms::Show(*rest).c_str(), stdout);
  return 1;
}

int ShowTables(const char* path, std::span<const std::string> files) {
  const auto tables = platforms::TablesIn(files);
  if (!tables) {
    const auto name = tables.error().name();
    std::fprintf(stderr, "show: '%s': the ACPI table %.4s is refused: %s\n", path, name.data(),
                 ToString(tables.error().error).data());
  }
  std::fputs(platforms::Show(tables ? *tables : tables.error().rest).c_str(), stdout);
  return tables ? 0 : 1;
}

/// One file that does not begin as a table does is a tree, if it is anything.
bool AreTables(std::span<const std::string> files) {
  if (files.size() != 1) return true;
  constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return files[0].size() >= 4 && kCapitals.contains(files[0][0]) && kCapitals.contains(files[0][1]);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trivet;  // NOLINT(google-build-using-namespace): its own main
  const tools::Command command = {
      .usage =
          "show FILE.dtb|TABLES (on a running Linux: /sys/firmware/fdt, or the folder\n"
          "/sys/firmware/acpi/tables; TABLES may be one file with all tables, too)",
      .options = {},
      .takes_operands = true};
  const auto rest = tools::Parse(command, tools::Words(argv + 1, argv + argc));
  if (!rest) return tools::Misused("show", rest.error());
  if (rest->help) return std::fputs(tools::Help(command).c_str(), stdout), 0;
  if (rest->operands.size() != 1) return tools::Misused("show", "needs one FILE.dtb, or TABLES");
  const char* const path = rest->operands.front().c_str();
  const auto files = platforms::ReadFiles(tools::UserPath(path));
  if (!files) {
    std::fprintf(stderr, "show: cannot read '%s'\n", path);
    return 1;
  }
  if (AreTables(*files)) return ShowTables(path, *files);
  const std::string& bytes = files->front();
  std::vector<std::uint32_t> words((bytes.size() + 3) / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return ShowTree(path, words);
}
