// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/register_info.h"

/// The experiments on registers: one plan for the CPU under test and for the simulator, so that
/// their results can be compared line by line. Freestanding.
namespace trivet::lab::board {

/// Accesses to a register that would hang the machine, and why.
struct Caution {
  std::uint64_t untouched = 0;  ///< Bits that keep the value they have.
  bool unread = false;          ///< A read does something: it is not read and not written.
  bool moving = false;          ///< It changes by itself: its value is not compared.
  const char* reason = "";      ///< Of the first of these that applies.
};

/// From cautions.def.
Caution CautionOf(const hal::RegisterInfo& info);

/// False for a second description of the same name, encoding and layout.
bool IsProbed(const hal::RegisterInfo& info);

/// True for the names and layouts that exist with HCR_EL2.E2H = 1 only.
constexpr bool NeedsE2h(const hal::RegisterInfo& info) {
  return info.layout == hal::Layout::kE2hSet || info.encoding.op1 == 5;
}

/// The register that brings a register whose written ones set or clear bits to a known state: its
/// counterpart, which is written with ones. kCount: `info` stores what is written.
hal::RegisterId CounterpartOf(const hal::RegisterInfo& info);

/// True when written ones clear bits.
bool Clears(const hal::RegisterInfo& info);

/// One experiment: in a state with the given HCR_EL2.E2H, read, and when `writes` write `value`,
/// ISB, read again, and put back what was there.
struct Request {
  hal::RegisterId id;
  bool e2h;
  bool writes;
  std::uint64_t value;
  hal::RegisterId counterpart;  ///< Written with ones before `value`; kCount: none.
  bool clears;                  ///< Its written ones clear: what puts back is the inverse.
};

/// Its result. An ESR of 0: no exception.
struct Reading {
  std::uint64_t read_esr, write_esr;
  std::uint64_t now, after;
};

/// The results of one register. `zeros`, `ones`: read back after all zeros and all ones were
/// written.
struct Result {
  hal::RegisterId id = hal::RegisterId::kCount;
  bool e2h = false;
  bool written = false;
  std::uint64_t read_esr = 0, write_esr = 0;
  std::uint64_t now = 0, zeros = 0, ones = 0;
};

/// What a walking bit reads back as when every bit behaves by itself: bit `bit` as in all ones and
/// the others as in all zeros (`one`), or the other way round.
constexpr std::uint64_t Predicted(const Result& result, bool one, unsigned bit) {
  const std::uint64_t mask = std::uint64_t{1} << bit;
  return one ? (result.zeros & ~mask) | (result.ones & mask)
             : (result.ones & ~mask) | (result.zeros & mask);
}

/// Measures one register by `prober(Request) -> Reading`: its value, then all zeros, all ones and
/// each bit alone, set and clear. Calls `on_register(result)`, then `on_walk(result, one, bit,
/// value)` for each walking bit that does not read back as Predicted().
template <class Prober, class OnRegister, class OnWalk>
void ProbeRegister(const hal::RegisterInfo& info, bool e2h, Prober&& prober,
                   OnRegister&& on_register, OnWalk&& on_walk) {
  const Caution caution = CautionOf(info);
  Result result = {.id = info.id, .e2h = e2h};
  Request request = {.id = info.id,
                     .e2h = e2h,
                     .writes = false,
                     .value = 0,
                     .counterpart = CounterpartOf(info),
                     .clears = Clears(info)};
  if (caution.unread || info.access == hal::Access::kWriteOnly) return on_register(result);
  const Reading first = prober(request);
  result.read_esr = first.read_esr;
  result.now = first.now;
  const bool pointless = caution.untouched == ~std::uint64_t{0} || first.read_esr != 0;
  if (info.access != hal::Access::kReadWrite || pointless) return on_register(result);
  request.writes = true;
  const auto write = [&](std::uint64_t value) {
    request.value = (value & ~caution.untouched) | (first.now & caution.untouched);
    const Reading reading = prober(request);
    result.write_esr |= reading.write_esr;
    return reading.after;
  };
  result.zeros = write(0);
  result.written = true;
  if (result.write_esr == 0) result.ones = write(~std::uint64_t{0});
  on_register(result);
  if (result.write_esr != 0) return;
  for (unsigned walk = 0; walk < 128; ++walk) {
    const bool one = walk < 64;
    const unsigned bit = walk % 64;
    const std::uint64_t mask = std::uint64_t{1} << bit;
    const std::uint64_t value = write(one ? mask : ~mask);
    if (value != Predicted(result, one, bit)) on_walk(result, one, bit, value);
  }
}

/// False for what this plan leaves out: a second description, or a layout that the CPU
/// cannot have with that E2H.
inline bool IsInPlan(const hal::RegisterInfo& info, bool e2h, bool has_e2h) {
  if (!IsProbed(info) || (e2h && !has_e2h)) return false;
  return info.layout != hal::Layout::kE2hClear || !e2h;
}

/// All of them, in the order of the register descriptions. `has_e2h`, `has_no_e2h`: the values of
/// HCR_EL2.E2H that the CPU can have. Names that need neither are measured with E2H clear if
/// possible.
template <class Prober, class OnRegister, class OnWalk>
void ProbeAll(bool has_e2h, bool has_no_e2h, Prober&& prober, OnRegister&& on_register,
              OnWalk&& on_walk) {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    const bool e2h = NeedsE2h(info) || !has_no_e2h;
    if (IsInPlan(info, e2h, has_e2h)) ProbeRegister(info, e2h, prober, on_register, on_walk);
  }
}

}  // namespace trivet::lab::board
