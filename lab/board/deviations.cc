// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/deviations.h"

namespace trivet::lab::board {
namespace {

using Whose = Deviation::Whose;

constexpr std::uint64_t kAccess = Deviation::kAccess;
constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr Deviation kDeviations[] = {
#define SIMULATOR(name, bits, reason) {Whose::kSimulator, name, bits, reason},
#define CHOICE(name, bits, reason) {Whose::kChoice, name, bits, reason},
#define QEMU(name, bits, reason) {Whose::kQemu, name, bits, reason},
#include "lab/board/deviations.def"
#undef SIMULATOR
#undef CHOICE
#undef QEMU
};

}  // namespace

bool Deviation::Concerns(std::string_view register_name, bool on_qemu) const {
  if (whose == Whose::kQemu && !on_qemu) return false;
  if (!name.ends_with('*')) return name == register_name;
  return register_name.starts_with(name.substr(0, name.size() - 1));
}

std::span<const Deviation> Deviations() { return kDeviations; }

}  // namespace trivet::lab::board
