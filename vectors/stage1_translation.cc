// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/stage1_translation.h"

#include "hal/cpu.h"
#include "hal/registers.h"
#include "vectors/selected_table.h"

namespace trivet::vectors {
namespace {

using hal::At;
using hal::Cpu;
using hal::ParEl1;
using hal::VbarEl2;

void Translate(At access, std::uint64_t address) {
  switch (access) {
    case At::kS1E1R: return Cpu::Translate<At::kS1E1R>(address);
    case At::kS1E1W: return Cpu::Translate<At::kS1E1W>(address);
    case At::kS1E0R: return Cpu::Translate<At::kS1E0R>(address);
    case At::kS1E0W: return Cpu::Translate<At::kS1E0W>(address);
  }
}

/// With vectors that skip the AT: its walk reads what the guest has for tables, which may abort.
ParEl1 ResultOf(At access, std::uint64_t address) {
  const VbarEl2 vbar = Cpu::Read<VbarEl2>();
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(TranslationVectors()));
  Cpu::Isb();
  Translate(access, address);
  Cpu::Isb();
  const ParEl1 result = Cpu::Read<ParEl1>();
  Cpu::Write<VbarEl2>(vbar);
  Cpu::Isb();
  return result;
}

}  // namespace

std::optional<std::uint64_t> TranslateByStage1(At access, std::uint64_t address) {
  const ParEl1 guests = Cpu::Read<ParEl1>();
  const ParEl1 result = ResultOf(access, address);
  Cpu::Write<ParEl1>(guests);
  constexpr std::uint64_t kPageOffset = 0xfff;
  if (result.f()) return std::nullopt;
  return (result.pa() << 12) | (address & kPageOffset);
}

}  // namespace trivet::vectors
