// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/id_registers.h"

#include <concepts>

#include "hal/cpu.h"
#include "hal/guest_view.h"
#include "hal/registers.h"

namespace trivet::vcpu {
namespace {

/// [arm-arm] HCR_EL2.TID3: {op0, op1, CRn} == {3, 0, 0}, CRm 1 to 7.
constexpr bool IsIdRegister(hal::Encoding e) {
  return e.op0 == 3 && e.op1 == 0 && e.crn == 0 && e.crm >= 1 && e.crm <= 7;
}

/// Whether a guest is shown any field of R as the CPU has it: an OFFER line of hal/regs/guest.def.
template <class R>
consteval bool IsShown() {
  bool is = false;
#define OFFER(Type, ...) is |= std::same_as<R, hal::Type>;
#include "hal/regs/guest.def"
  return is;
}

template <class R>
std::uint64_t LiveValue() {
  if constexpr (IsShown<R>()) return hal::Cpu::Read<R>().raw();
  return 0;
}

}  // namespace

std::optional<std::uint64_t> OfferedIdRegister(hal::Encoding encoding, hal::Capabilities open) {
  if (!IsIdRegister(encoding)) return std::nullopt;
#define OFFERED(Type)                                                              \
  if (encoding == hal::kInfo<hal::Type>.encoding) {                                \
    return hal::OfferedId(hal::kInfo<hal::Type>.id, LiveValue<hal::Type>(), open); \
  }
#include "hal/regs/guest.def"
  return 0;
}

}  // namespace trivet::vcpu
