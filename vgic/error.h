// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"

namespace trivet::vgic {

/// Which part of a call was refused.
enum class Part : std::uint8_t {
  kNone,
  kIntid,             ///< No SGI, PPI, SPI or LPI that the interface has.
  kPriority,          ///< A bit that the interface lacks.
  kKind,              ///< A level or hardware for an SGI or LPI, or a change of what backs it.
  kPhysicalIntid,     ///< No PPI or SPI, or a PPI of another CPU.
  kCapacity,          ///< All that can wait do.
  kSender,            ///< The CPU that posts, or too many interrupts posted by it.
  kInterface,         ///< No usable virtual CPU interface.
  kListRegisterCount  ///< More than the interface has.
};

/// More about the last call that did not return kOk.
struct Error {
  Status status = Status::kOk;
  Part part = Part::kNone;
  std::uint32_t intid = 0;  ///< The interrupt's, as the guest sees it.
  std::uint64_t value = 0;  ///< What was refused.
};

}  // namespace trivet::vgic
