#pragma once

#include <atomic>
#include <cstdint>

#include "allcpus/all_cpus.h"
#include "hal/cpu.h"
#include "hal/registers.h"
#include "host.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "vcpu/exit.h"
#include "vcpu/mmio.h"
#include "vcpu/psci/waiting_cpus.h"
#include "vgic/distributor/interrupt_registers.h"

namespace hv {

namespace allcpus = trivet::allcpus;
namespace hal = trivet::hal;
namespace platforms = trivet::platforms;

/// Virtualization off under a guest that has all CPUs: on each of them, or on none. The guest rings
/// a doorbell, the first page of the hypervisor's memory. A word written there begins a round, in
/// which the CPU of that number refuses its change; 0: none does. A word read is how the last round
/// ended: a Status, and in bits 15:8 the CPU that caused it.
class HandBack {
 public:
  explicit HandBack(unsigned cpus) : all_(cpus) {}

  /// False, and nothing done: the exit is no access of the doorbell.
  bool Serve(const trivet::vcpu::Exit& exit, trivet::vectors::GuestFrame& frame) {
    const auto access = trivet::vcpu::Access::Of(exit);
    const auto page = trivet::vcpu::MmioRange::Of(platforms::ImageRange().base, 4096, *this);
    return access && trivet::vcpu::ServeMmio({&page, 1}, *access, frame);
  }
  std::uint64_t Read(trivet::vgic::RegisterAccess) const { return last_; }
  void Write(trivet::vgic::RegisterAccess, std::uint64_t value) {
    if (open_.exchange(true)) return;
    refusing_ = static_cast<unsigned>(value);
    leader_ = platforms::ThisCpuIndex();
    Check(all_.Announce(allcpus::Operation::kDisable), "hand back");
    Call();
  }

  /// A round is open: each CPU takes part once its guest handles no interrupt.
  bool IsOpen() const { return open_; }
  bool IsRefusedBy(unsigned cpu) const { return cpu != 0 && cpu == refusing_; }
  /// On CPU `self`. kOk: `cpu` is changed, and so are all. kTimedOut after a second: a guest's
  /// handler waited for a CPU that had stopped already; the next round may succeed.
  trivet::Status TakePart(unsigned self, const allcpus::LocalCpu& cpu) {
    const std::uint64_t limit = CallingClock::Second();
    CallingClock clock{{}, *this};
    allcpus::SystemCounter quiet;
    if (self != leader_) return all_.Join(self, cpu, quiet, limit);
    const trivet::Status status = all_.Lead(self, cpu, clock, limit);
    last_ = static_cast<unsigned>(status) | Cause() << 8;
    all_.PrintReport(platforms::kConsoleSink);
    leader_ = ~0u;
    open_ = false;
    return status;
  }

 private:
  /// Calls the CPUs again: one whose guest handled an interrupt did not come. Each time after twice
  /// the time, so that a slow guest is not found in the handler of the last call.
  struct CallingClock : allcpus::SystemCounter {
    HandBack& of;
    std::uint64_t called = Now(), wait = Second() / 1000;

    static std::uint64_t Second() { return hal::Cpu::Read<hal::CntfrqEl0>().raw(); }
    void Pause() {
      if (Now() - called < wait) return;
      called = Now();
      wait *= 2;
      of.Call();
    }
  };

  /// Ends the runs of the other CPUs by SGI 0, which a kernel takes for a wish to reschedule and
  /// may come for nothing; those whose vCPU is off wait by WFE.
  void Call() const {
    for (unsigned cpu = 0; cpu < all_.size(); ++cpu) {
      if (cpu != leader_) platforms::SendInterrupt(cpu, 0);
    }
    trivet::vcpu::WakeWaitingCpus();
  }
  unsigned Cause() const {
    unsigned cpu = 0;
    while (cpu + 1 < all_.size() && !allcpus::CausedFailure(all_.report(cpu))) ++cpu;
    return cpu;
  }

  allcpus::AllCpus<platforms::kMaxCpus> all_;
  std::atomic<bool> open_ = false;
  std::atomic<unsigned> leader_ = ~0u;  // Of the open round.
  std::atomic<unsigned> refusing_ = 0;
  std::atomic<unsigned> last_ = 0;
};

}  // namespace hv
