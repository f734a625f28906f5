// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "percpu/per_cpu.h"
#include "vcpu/exit_log.h"
#include "vectors/cpu_slot.h"

namespace trivet::hypervisor {

/// EL2 runs with interrupts masked from start to end: an exception of its own level is a defect,
/// and ends the machine with its record.
struct Host {
  static vectors::Handlers HandlersFor(CpuId cpu);
};

using PerCpu = percpu::PerCpu<Host>;

/// CPUs of the machine, at most.
inline constexpr unsigned kMaxCpus = 64;

/// The exits of the guest's vCPU on each CPU.
extern vcpu::ExitLog exits[kMaxCpus];

/// Turns the machine off. With the argument trivet.exits it first prints why guests left each CPU.
[[noreturn]] void PowerOff();

/// Prints one line and turns the machine off; with an exception's registers, this CPU's last exits
/// too.
[[noreturn]] void Stop(const char* what);
[[noreturn]] void Stop(const char* what, std::uint64_t esr, std::uint64_t pc);

/// Prints `what` and turns the machine off, unless `status` is kOk.
void Check(Status status, const char* what);

}  // namespace trivet::hypervisor
