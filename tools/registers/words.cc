// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/registers/words.h"

#include <format>
#include <map>
#include <string_view>

namespace trivet::registers {

const char* ToString(hal::Access access) {
  switch (access) {
    case hal::Access::kReadWrite: return "RW";
    case hal::Access::kReadOnly: return "RO";
    case hal::Access::kWriteOnly: return "WO";
  }
  return "?";
}

const char* ToString(hal::Sync sync) {
  switch (sync) {
    case hal::Sync::kProgramOrder: return "program order";
    case hal::Sync::kContext: return "context synchronization event";
    case hal::Sync::kNothing: return "none needed";
  }
  return "?";
}

const char* ToString(hal::OnWrite on_write) {
  switch (on_write) {
    case hal::OnWrite::kStores: return "stores";
    case hal::OnWrite::kIgnored: return "ignored";
    case hal::OnWrite::kActs: return "1 acts, reads as zero";
    case hal::OnWrite::kSets: return "1 sets";
    case hal::OnWrite::kClears: return "1 clears";
  }
  return "?";
}

std::string NumericName(const hal::Encoding& e) {
  return std::format("S{}_{}_C{}_C{}_{}", e.op0, e.op1, e.crn, e.crm, e.op2);
}

std::string ResetOf(const hal::FieldInfo& field) {
  if (field.traits.has_reset) return std::to_string(field.traits.reset);
  if (field.traits.reset_is_pmcr_n) return "PMCR_EL0.N";
  if (field.traits.has_top_reset) {
    return std::format("{} if EL2 is the highest exception level, else UNKNOWN",
                       field.traits.reset);
  }
  return "UNKNOWN";
}

std::string WhenOf(const hal::RegisterInfo& info) {
  if (info.layout == hal::Layout::kE2hClear) return "HCR_EL2.E2H == 0";
  if (info.layout == hal::Layout::kE2hSet) return "HCR_EL2.E2H == 1";
  const bool second_view =
      info.is_alias() && std::string_view(info.name) == hal::InfoOf(info.storage).name;
  return second_view ? "another view" : "always";
}

std::vector<Register> GroupByName() {
  std::vector<Register> registers;
  std::map<std::string_view, std::size_t> index;
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    const auto [at, is_new] = index.try_emplace(info.name, registers.size());
    if (is_new) registers.emplace_back();
    registers[at->second].push_back(&info);
  }
  return registers;
}

}  // namespace trivet::registers
