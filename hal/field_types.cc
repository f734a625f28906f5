// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/field_types.h"

#include <cstddef>

namespace trivet::hal {
namespace {

template <class T, std::size_t kSize>
constexpr const char* Pick(T value, const char* const (&names)[kSize]) {
  const auto i = static_cast<std::size_t>(value);
  return i < kSize ? names[i] : "reserved";
}

}  // namespace

const char* ToString(BarrierShareability value) {
  static constexpr const char* kNames[] = {"as written", "at least inner shareable",
                                           "at least outer shareable", "full system"};
  return Pick(value, kNames);
}

const char* ToString(Granule0 value) {
  static constexpr const char* kNames[] = {"4 KB", "64 KB", "16 KB", "reserved"};
  return Pick(value, kNames);
}

const char* ToString(Granule1 value) {
  static constexpr const char* kNames[] = {"reserved", "16 KB", "4 KB", "64 KB"};
  return Pick(value, kNames);
}

const char* ToString(Shareability value) {
  static constexpr const char* kNames[] = {"non-shareable", "reserved", "outer shareable",
                                           "inner shareable"};
  return Pick(value, kNames);
}

const char* ToString(Cacheability value) {
  static constexpr const char* kNames[] = {"non-cacheable", "write-back, write-allocate",
                                           "write-through", "write-back, no write-allocate"};
  return Pick(value, kNames);
}

const char* ToString(PhysicalSize value) {
  static constexpr const char* kNames[] = {"32 bits", "36 bits", "40 bits", "42 bits",
                                           "44 bits", "48 bits", "52 bits", "56 bits"};
  return Pick(value, kNames);
}

const char* ToString(StartLevel value) {
  static constexpr const char* kNames[] = {
      "level 2 (4 KB granule) or 3", "level 1 (4 KB granule) or 2", "level 0 (4 KB granule) or 1",
      "level 3 (4 KB granule) or 0"};
  return Pick(value, kNames);
}

const char* ToString(TrapLevels value) {
  static constexpr const char* kNames[] = {"all trap", "EL0 traps", "all trap", "none trap"};
  return Pick(value, kNames);
}

const char* ToString(TagCheckFault value) {
  static constexpr const char* kNames[] = {"ignored", "synchronous", "asynchronous",
                                           "reads synchronous, writes asynchronous"};
  return Pick(value, kNames);
}

const char* ToString(ListRegisterState value) {
  static constexpr const char* kNames[] = {"invalid", "pending", "active", "pending and active"};
  return Pick(value, kNames);
}

const char* ToString(ProcessorMode value) {
  switch (value) {
    case ProcessorMode::kEl0t: return "EL0";
    case ProcessorMode::kEl1t: return "EL1 with SP_EL0";
    case ProcessorMode::kEl1h: return "EL1";
    case ProcessorMode::kEl2t: return "EL2 with SP_EL0";
    case ProcessorMode::kEl2h: return "EL2";
    case ProcessorMode::kEl3t: return "EL3 with SP_EL0";
    case ProcessorMode::kEl3h: return "EL3";
    case ProcessorMode::kUser: return "AArch32 User";
    case ProcessorMode::kFiq: return "AArch32 FIQ";
    case ProcessorMode::kIrq: return "AArch32 IRQ";
    case ProcessorMode::kSupervisor: return "AArch32 Supervisor";
    case ProcessorMode::kMonitor: return "AArch32 Monitor";
    case ProcessorMode::kAbort: return "AArch32 Abort";
    case ProcessorMode::kHyp: return "AArch32 Hyp";
    case ProcessorMode::kUndefined: return "AArch32 Undefined";
    case ProcessorMode::kSystem: return "AArch32 System";
  }
  return "reserved";
}

}  // namespace trivet::hal
