// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/hosted/serial_console.h"

#include <optional>
#include <span>
#include <variant>

#include "platforms/fdt/tree.h"
#include "platforms/hosted/host.h"
#include "platforms/machine/describe.h"
#include "platforms/machine/description.h"
#include "platforms/runtime/board_block.h"

namespace trivet::platforms::hosted {
namespace {

constexpr std::uint64_t kTreeAlignment = 8;

// Not on the host's stack.
constinit Description machine, of_tree;

std::optional<fdt::Tree> TreeAt(std::uint64_t address) {
  if (address == 0 || address % kTreeAlignment != 0) return std::nullopt;
  const auto* const words = reinterpret_cast<const std::uint32_t*>(address);
  const auto size = fdt::Tree::SizeAt(words);
  if (!size) return std::nullopt;
  const auto tree = fdt::Tree::Check(std::span(words, (*size + 3) / 4));
  return tree ? std::optional(*tree) : std::nullopt;
}

void Put(char byte) {
  std::visit(
      [byte](const auto& console) {
        if constexpr (requires { console.Put(byte); }) console.Put(byte);
      },
      machine.console);
}

}  // namespace

const Description& Machine() { return machine; }

void FindSerialConsole() {
  const auto tree = fdt::Tree::Check(std::span(trivet_board_block));
  if (tree) Describe(*tree, machine);
}

bool FindSerialConsoleIn(std::uint64_t address) {
  const std::optional<fdt::Tree> tree = TreeAt(address);
  if (!tree) return false;
  Describe(*tree, of_tree);
  FillIn(of_tree, machine);
  machine = of_tree;
  return true;
}

void WriteToSerialConsole(std::string_view text) {
  for (const char byte : text) {
    if (byte == '\n') Put('\r');
    Put(byte);
  }
}

}  // namespace trivet::platforms::hosted
