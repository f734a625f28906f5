// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "hal/registers.h"
#include "sim/instructions/coprocessor.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/violation.h"

/// What the Interpreter does in AArch32 state and nowhere else.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kHalf = 0xffff'ffff;

unsigned CRnOf(std::uint64_t iss) { return static_cast<unsigned>(iss >> 10 & 0xf); }

}  // namespace

Exception Interpreter::CoprocessorTrap(const Instruction& i) {
  const std::uint32_t read = i.op == Op::kMrc ? 1 : 0;
  return ToEl2(
      ExceptionClass::kCp15Mcr,
      kAlwaysCondition | static_cast<std::uint32_t>(i.imm) | std::uint32_t{i.rt} << 5 | read,
      pe_.pc());
}

/// MRC and MCR of coprocessor 15. HCR_EL2 traps the register by the name it has in AArch64 state,
/// HSTR_EL2 by its CRn. [arm-arm] AArch64.AArch32SystemAccessTrap.
std::optional<Exception> Interpreter::Coprocessor(const Instruction& i) {
  const Cp15Register* entry = FindCp15(i.imm);
  const bool read = i.op == Op::kMrc;
  if (entry == nullptr) {
    throw Violation(std::format("{}: no AArch32 System register is modelled with ISS {:#x}",
                                pe_.Where(), i.imm));
  }
  const AccessInfo& info = AccessInfoOf(entry->storage);
  if (el() == 0 || (!read && info.access == hal::Access::kReadOnly)) return Undefined();
  const std::uint64_t by_crn = std::uint64_t{1} << CRnOf(i.imm);
  if ((pe_.Decide(RegisterId::kHstrEl2, by_crn) & by_crn) != 0) return CoprocessorTrap(i);
  if (CheckRules(entry->storage, i.rt, read)) return CoprocessorTrap(i);
  if (read) {
    pe_.set_x(i.rt, pe_.PerformRead(entry->storage) >> entry->low & kHalf);
    return std::nullopt;
  }
  const std::uint64_t kept = pe_.Peek(entry->storage) & ~(kHalf << entry->low);
  pe_.Poke(entry->storage, kept | (pe_.x(i.rt) & kHalf) << entry->low);
  return std::nullopt;
}

}  // namespace trivet::sim
