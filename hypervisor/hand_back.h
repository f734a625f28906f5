// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "allcpus/called_rounds.h"
#include "hal/cpu.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "hypervisor/host.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "vcpu/psci/waiting_cpus.h"
#include "vgic/distributor/interrupt_registers.h"

namespace trivet::hypervisor {

/// Virtualization off under a guest that has all CPUs: on each of them, or on none. The guest rings
/// a doorbell. A word written there begins a round, in which the CPU of that number refuses its
/// change; 0: none does. A word read is how the last round ended: a Status, and in bits 15:8 the
/// CPU that caused it. kTimedOut: a guest's handler waited for a CPU that had stopped already; the
/// next round may succeed.
class HandBack {
 public:
  explicit HandBack(unsigned cpus) : rounds_(cpus, Call) {}

  std::uint64_t Read(vgic::RegisterAccess) const { return rounds_.last(); }
  void Write(vgic::RegisterAccess, std::uint64_t value) {
    if (IsOpen()) return;
    refusing_ = static_cast<unsigned>(value);
    (void)rounds_.Begin(platforms::ThisCpuIndex(), allcpus::Operation::kDisable);
  }

  /// A round is open: each CPU takes part once its guest handles no interrupt.
  bool IsOpen() const { return rounds_.IsOpen(); }
  bool IsRefusedBy(unsigned cpu) const { return cpu != 0 && cpu == refusing_; }
  /// On CPU `self`. kOk: `cpu` is changed, and so are all. kTimedOut after a second.
  Status TakePart(unsigned self, const allcpus::LocalCpu& cpu) {
    const std::uint64_t second = hal::Cpu::Read<hal::CntfrqEl0>().raw();
    allcpus::SystemCounter clock;
    return rounds_.TakePart(self, cpu, clock, second, second / 1000);
  }

 private:
  /// Ends the run of a CPU by SGI 0, which a kernel takes for a wish to reschedule and may come for
  /// nothing; one whose vCPU is off waits by WFE.
  static void Call(unsigned cpu) {
    platforms::SendInterrupt(cpu, 0);
    vcpu::WakeWaitingCpus();
  }

  allcpus::CalledRounds<kMaxCpus> rounds_;
  std::atomic<unsigned> refusing_ = 0;
};

}  // namespace trivet::hypervisor
