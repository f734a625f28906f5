// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "capi/object.h"
#include "hal/status.h"
#include "vcpu/exception_entry.h"
#include "vcpu/exit.h"

namespace trivet::capi {

/// `out` is written after success alone.
[[gnu::always_inline]] inline trivet_status Give(const Result<vcpu::Exit>& exit, trivet_exit* out) {
  if (!exit) [[unlikely]]
    return ToC(exit.error());
  out->reason = static_cast<std::uint32_t>(exit->reason);
  out->syndrome = exit->syndrome.raw();
  out->has = 0;
  const auto& [virtual_address, intermediate_address] = exit->fault;
  if (!virtual_address && !intermediate_address) [[likely]]
    return TRIVET_OK;
  out->has =
      (virtual_address ? TRIVET_HAS_ADDRESS : 0) | (intermediate_address ? TRIVET_HAS_IPA : 0);
  out->address = virtual_address.value_or(0);
  out->ipa = intermediate_address.value_or(0);
  return TRIVET_OK;
}

inline Result<vcpu::GuestException> ToException(const trivet_exception& exception) {
  switch (exception.kind) {
    case TRIVET_UNDEFINED: return vcpu::GuestException::Undefined();
    case TRIVET_DATA_ABORT:
      return vcpu::GuestException::DataAbort(exception.address, exception.is_write != 0);
    case TRIVET_INSTRUCTION_ABORT: return vcpu::GuestException::InstructionAbort(exception.address);
    case TRIVET_SERROR: return vcpu::GuestException::SError(exception.iss);
    default: return unexpected(Status::kInvalidArgument);
  }
}

}  // namespace trivet::capi
