// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "allcpus/all_cpus.h"
#include "gate.h"
#include "hal/cpu.h"
#include "hal/registers.h"
#include "launch.h"
#include "percpu/per_cpu.h"
#include "vcpu/exit.h"
#include "vcpu/exit_log.h"
#include "vectors/guest_frame.h"

namespace late {

namespace allcpus = trivet::allcpus;
namespace hal = trivet::hal;
namespace vcpu = trivet::vcpu;

class Cpu;

/// The generic timer's count. YIELD is for threads of a CPU, or QEMU's CPUs, that wait for others.
struct Clock : allcpus::SystemCounter {
  static void Pause() { asm volatile("yield"); }
};

/// One change of a CPU, as the module requests it.
struct Request {
  Cpu& cpu;
  std::uint64_t argument;
  std::uint64_t refusal;
};

/// After an exit.
enum class Next : std::uint8_t { kResume, kGive, kGiveAll, kLeave };

/// The kernel's stage 2: all physical addresses below `end` as they are, but for the image.
trivet::Status PrepareMemory(std::uint64_t end);

/// Interrupts go to EL1 as before, and are masked at EL2: its HCR_EL2 has neither IMO nor TGE.
struct Policy {
  static constexpr hal::HcrEl2 kHcrSet = hal::HcrEl2().vm(true).rw(true).tsc(true);
  static constexpr hal::HcrEl2 kHcrClear = {};
  static constexpr auto kVectors = trivet::percpu::VectorSwitch::kPerEnable;
};

struct Host {
  static trivet::vectors::Handlers HandlersFor(trivet::CpuId cpu);
  static std::uint64_t VectorBaseFor(trivet::CpuId cpu);
};

/// EL2 of one CPU of the kernel.
class Cpu {
 public:
  /// Linux's number, and the vector base to give back.
  void Name(unsigned self, std::uint64_t vector_base);
  bool IsEnabled() const { return cpu_.IsEnabled(); }
  const trivet::percpu::Error& last_error() const { return error_; }

  allcpus::LocalCpu Local(const Request& request);
  trivet::Status ChangeAlone(const Request& request, allcpus::Operation operation);
  /// After a change that returned `status`: that, unless a CPU that stays taken is not as it was.
  trivet::Status Checked(trivet::Status status);
  /// Enters EL1, and serves what it comes back for.
  Next Run(trivet::vectors::GuestFrame& frame);

  /// The second guest, on this CPU, which the kernel has turned off: until it is stopped.
  [[noreturn]] void RunSecond();

  void ReadRegisters(const Gate& gate);
  void RestoreVectors();
  void RecordLeave();

 private:
  trivet::Status Act(allcpus::Action action, allcpus::Operation operation, std::uint64_t refusal);
  Next ServeHypercall(trivet::vectors::GuestFrame& frame);
  void ServeFirmwareCall(trivet::vectors::GuestFrame& frame);
  Next Restart(trivet::vectors::GuestFrame& frame);

  trivet::percpu::PerCpu<Host, Policy> cpu_;
  /// What a guest runs under.
  struct Taken {
    hal::VbarEl2 vbar;
    hal::HcrEl2 hcr;
    hal::TpidrEl2 tpidr;
    hal::VttbrEl2 vttbr;
    friend bool operator==(const Taken&, const Taken&) = default;
    static Taken Now();
  };

  trivet::percpu::Error error_ = {};
  Taken taken_ = {};
  unsigned self_ = 0;
  bool created_ = false;
};

}  // namespace late
