// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/exception_class.h"
#include "hal/register_info.h"

namespace trivet::sim {

/// Which of the four vectors of a group an exception uses.
enum class VectorKind : std::uint16_t {
  kSync = 0x000,
  kIrq = 0x080,
  kFiq = 0x100,
  kSError = 0x180
};

using hal::ExceptionClass;

/// An ESR_ELx value. il: the instruction was 32 bits long, as every A64 one is; faults without a
/// valid syndrome set it too.
constexpr std::uint64_t Syndrome(ExceptionClass ec, std::uint32_t iss, bool il = true) {
  return std::uint64_t{static_cast<std::uint8_t>(ec)} << 26 | (il ? 1u << 25 : 0u) | iss;
}

/// ISS of instructions that could be conditional in AArch32: CV = 1, COND = always.
inline constexpr std::uint32_t kAlwaysCondition = 0x1e0'0000;

/// ISS of a trapped MSR, MRS or system instruction. [arm-arm] ISS of EC 0x18.
constexpr std::uint32_t SystemRegisterIss(const hal::Encoding& e, unsigned rt, bool read) {
  return std::uint32_t{e.op0} << 20 | std::uint32_t{e.op2} << 17 | std::uint32_t{e.op1} << 14 |
         std::uint32_t{e.crn} << 10 | rt << 5 | std::uint32_t{e.crm} << 1 | (read ? 1u : 0u);
}

/// An exception about to be taken.
struct Exception {
  unsigned target_el = 2;  ///< 3: leaves for EL3, which takes no exceptions here.
  VectorKind kind = VectorKind::kSync;
  std::optional<std::uint64_t> esr = {};    ///< Written for synchronous exceptions and SErrors.
  std::optional<std::uint64_t> far = {};    ///< Virtual address, for aborts and alignment faults.
  std::optional<std::uint64_t> hpfar = {};  ///< Whole register value, for stage 2 faults.
  bool hpfar_unknown = false;               ///< The exception leaves HPFAR_EL2 UNKNOWN.
  std::uint64_t return_address = 0;         ///< For ELR_ELx.
};

}  // namespace trivet::sim
