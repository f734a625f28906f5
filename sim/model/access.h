// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "hal/register_info.h"

/// Everything an MRS, MSR or SYS instruction can name: the registers of the register descriptions,
/// then the operations of sim/model/operations.def.
namespace trivet::sim {

/// A hal::RegisterId, or kRegisterCount plus the index of an operation. Converts from RegisterId.
class AccessId {
 public:
  constexpr AccessId() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): every RegisterId is an AccessId.
  constexpr AccessId(hal::RegisterId id) : value_(static_cast<std::uint16_t>(id)) {}
  static constexpr AccessId Operation(unsigned index) {
    AccessId id;
    id.value_ = static_cast<std::uint16_t>(hal::kRegisterCount + 1 + index);
    return id;
  }

  constexpr unsigned index() const { return value_; }
  constexpr bool valid() const { return value_ != hal::kRegisterCount; }
  constexpr bool is_register() const { return value_ < hal::kRegisterCount; }
  constexpr hal::RegisterId reg() const { return static_cast<hal::RegisterId>(value_); }
  friend constexpr bool operator==(AccessId, AccessId) = default;

 private:
  std::uint16_t value_ = hal::kRegisterCount;
};

struct AccessInfo {
  std::string_view name;
  hal::Encoding encoding;
  hal::Access access;
  hal::Feature needs;
  std::uint8_t least_el;        ///< 3: not accessible from any simulated level.
  std::uint8_t least_write_el;  ///< For writing. Usually the same.
  bool completes = true;  ///< False: traps and faults are modelled, what it does otherwise is not.
};

/// Number of AccessId index values; the one in the middle, RegisterId::kCount, names nothing.
unsigned AccessCount();
const AccessInfo& AccessInfoOf(AccessId id);

/// By the manual's name; invalid when there is none.
AccessId FindAccess(std::string_view name);

}  // namespace trivet::sim
