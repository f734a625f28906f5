#pragma once

#include <cstdint>

#include "percpu/per_cpu.h"
#include "vectors/cpu_slot.h"

namespace hv {

/// EL2 runs with interrupts masked from start to end: an exception of its own level is a defect,
/// and ends the machine with its record.
struct Host {
  static trivet::vectors::Handlers HandlersFor(trivet::CpuId cpu);
};

using PerCpu = trivet::percpu::PerCpu<Host>;

/// Prints one line and turns the machine off.
[[noreturn]] void Stop(const char* what);
[[noreturn]] void Stop(const char* what, std::uint64_t esr, std::uint64_t pc);

/// Prints `what` and turns the machine off, unless `status` is kOk.
void Check(trivet::Status status, const char* what);

}  // namespace hv
