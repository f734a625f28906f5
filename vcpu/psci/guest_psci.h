// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <iterator>

#include "hal/registers.h"
#include "vcpu/psci/bakery_lock.h"
#include "vcpu/psci/functions.h"
#include "vectors/guest_frame.h"

namespace trivet::vcpu {

/// What the run loop has to do about a guest's call.
struct PsciAction {
  enum class Kind : std::uint8_t {
    kResume,       ///< The result is in x0: run the guest again.
    kStart,        ///< The same, once vCPU `cpu` is made to run: see GuestPsci::Started().
    kStop,         ///< CPU_OFF: call Stopped() when this vCPU's registers are off the CPU.
    kSuspend,      ///< CPU_SUSPEND: wait for an interrupt; the result is in x0.
    kSystemOff,    ///< The guest is to end.
    kSystemReset,  ///< The guest is to start again from its first instruction.
    kForward,      ///< No call of PSCI or of the calling convention: x0 is untouched.
  };
  Kind kind;
  unsigned cpu = 0;
};

/// PSCI 1.1 and SMCCC 1.1 as a guest of up to `kCpus` vCPUs calls them by SMC or HVC. It keeps
/// which vCPU is on; the run loop starts and stops them, on CPUs of its own, by firmware or a spin
/// table. Any CPU may call it at any time, with interrupts masked.
template <unsigned kCpus, template <class> class Atomic = std::atomic>
class GuestPsci {
 public:
  /// Whether a guest may enter at `address`, an intermediate physical one: CPU_ON's check.
  using IsEntry = bool (*)(std::uint64_t address);

  /// Names the vCPUs by `affinities`, `count` of them, 1 to kCpus. vCPU 0 is on. Before the guest
  /// runs.
  void Create(const hal::MpidrEl1* affinities, unsigned count, IsEntry is_entry = nullptr) {
    count_ = count < kCpus ? count : kCpus;
    is_entry_ = is_entry;
    for (unsigned i = 0; i < count_; ++i) {
      cpus_[i].affinity = affinities[i].raw() & kAffinity;
      cpus_[i].state.store(StateWord(i == 0 ? psci::CpuState::kOn : psci::CpuState::kOff));
    }
  }

  /// Serves the call in `frame`'s x0 to x3, made by vCPU `self`. PC is not moved.
  PsciAction Handle(unsigned self, vectors::GuestFrame& frame);

  /// Where a vCPU starts: for Config::entry and Config::argument of a Vcpu made anew.
  struct Entry {
    std::uint64_t address;
    std::uint64_t context;
  };
  /// vCPU `cpu` of a kStart begins to run, on the CPU that calls.
  Entry Started(unsigned cpu) {
    const Entry entry = {cpus_[cpu].entry.load(), cpus_[cpu].context.load()};
    Change(cpu, cpu, psci::CpuState::kOn);
    return entry;
  }
  /// vCPU `cpu` of a kStart cannot run, says the run loop of vCPU `self`, whose `frame` gets the
  /// result.
  void StartFailed(unsigned self, unsigned cpu, vectors::GuestFrame& frame) {
    Change(self, cpu, psci::CpuState::kOff);
    (void)Return(frame, psci::Result::kInternalFailure);
  }
  /// After a kStop: another vCPU may start it from here on.
  void Stopped(unsigned self) { Change(self, self, psci::CpuState::kOff); }

  psci::CpuState StateOf(unsigned cpu) const {
    return static_cast<psci::CpuState>(cpus_[cpu].state.load());
  }

 private:
  struct Cpu {
    std::uint64_t affinity = 0;
    Atomic<std::uint64_t> state = StateWord(psci::CpuState::kOff);
    Atomic<std::uint64_t> entry = 0;
    Atomic<std::uint64_t> context = 0;
  };
  /// Aff3 and Aff2 to Aff0. [arm-arm] MPIDR_EL1.
  static constexpr std::uint64_t kAffinity = 0xff'00ff'ffff;

  static constexpr std::uint64_t StateWord(psci::CpuState state) {
    return static_cast<std::uint64_t>(state);
  }
  static PsciAction Return(vectors::GuestFrame& frame, psci::Result result) {
    frame.x[0] = static_cast<std::uint64_t>(static_cast<std::int64_t>(result));
    return {PsciAction::Kind::kResume};
  }
  static constexpr bool IsSmccc(std::uint32_t id) {
    return id == smccc::kVersion || id == smccc::kArchFeatures;
  }
  /// An argument: 32 bits of the register for a call of the SMC32 kind.
  static std::uint64_t Argument(const vectors::GuestFrame& frame, unsigned i) {
    const bool is_64 = (frame.x[0] & smccc::kSmc64) != 0;
    return is_64 ? frame.x[i] : static_cast<std::uint32_t>(frame.x[i]);
  }
  void Change(unsigned self, unsigned cpu, psci::CpuState state) {
    lock_.Lock(self);
    cpus_[cpu].state.store(StateWord(state));
    lock_.Unlock(self);
  }

  PsciAction CpuOn(unsigned self, vectors::GuestFrame& frame);
  /// Takes vCPU `cpu` from off to pending, or says why not.
  psci::Result Claim(unsigned self, unsigned cpu, Entry entry);
  PsciAction AffinityInfo(vectors::GuestFrame& frame, std::uint64_t target,
                          std::uint64_t lowest_level) const;
  static PsciAction Features(vectors::GuestFrame& frame);

  Cpu cpus_[kCpus];
  BakeryLock<kCpus, Atomic> lock_;
  unsigned count_ = 0;
  IsEntry is_entry_ = nullptr;
};

template <unsigned kCpus, template <class> class Atomic>
PsciAction GuestPsci<kCpus, Atomic>::Handle(unsigned self, vectors::GuestFrame& frame) {
  using enum PsciAction::Kind;
  const auto give = [&frame](std::uint64_t value) {
    frame.x[0] = value;
    return PsciAction{kResume};
  };
  const auto id = static_cast<std::uint32_t>(frame.x[0]);
  if (id == smccc::kVersion) return give(smccc::kVersion1_1);
  if (id == smccc::kArchFeatures && IsSmccc(static_cast<std::uint32_t>(frame.x[1]))) return give(0);
  if (!psci::IsReserved(id)) return {kForward};
  if (!psci::IsServed(id)) return Return(frame, psci::Result::kNotSupported);
  switch (psci::FunctionOf(id)) {
    case psci::Function::kVersion: return give(psci::kVersion1_1);
    case psci::Function::kCpuSuspend:
      (void)Return(frame, psci::Result::kSuccess);
      return {kSuspend};
    case psci::Function::kCpuOff: return {kStop};
    case psci::Function::kCpuOn: return CpuOn(self, frame);
    case psci::Function::kAffinityInfo:
      return AffinityInfo(frame, Argument(frame, 1), Argument(frame, 2));
    case psci::Function::kMigrateInfoType: return give(psci::kNoTrustedOs);
    case psci::Function::kSystemOff: return {kSystemOff};
    case psci::Function::kSystemReset: return {kSystemReset};
    case psci::Function::kFeatures: return Features(frame);
  }
  return Return(frame, psci::Result::kNotSupported);
}

template <unsigned kCpus, template <class> class Atomic>
PsciAction GuestPsci<kCpus, Atomic>::CpuOn(unsigned self, vectors::GuestFrame& frame) {
  const std::uint64_t target = Argument(frame, 1), entry = Argument(frame, 2);
  unsigned cpu = 0;
  while (cpu < count_ && cpus_[cpu].affinity != target) ++cpu;
  if (cpu == count_) return Return(frame, psci::Result::kInvalidParameters);
  const bool valid = entry % 4 == 0 && (is_entry_ == nullptr || is_entry_(entry));
  if (!valid) return Return(frame, psci::Result::kInvalidAddress);
  const psci::Result claimed = Claim(self, cpu, {entry, Argument(frame, 3)});
  (void)Return(frame, claimed);
  if (claimed != psci::Result::kSuccess) return {PsciAction::Kind::kResume};
  return {PsciAction::Kind::kStart, cpu};
}

template <unsigned kCpus, template <class> class Atomic>
psci::Result GuestPsci<kCpus, Atomic>::Claim(unsigned self, unsigned cpu, Entry entry) {
  lock_.Lock(self);
  const psci::CpuState state = StateOf(cpu);
  if (state == psci::CpuState::kOff) {
    cpus_[cpu].entry.store(entry.address);
    cpus_[cpu].context.store(entry.context);
    cpus_[cpu].state.store(StateWord(psci::CpuState::kOnPending));
  }
  lock_.Unlock(self);
  switch (state) {
    case psci::CpuState::kOff: return psci::Result::kSuccess;
    case psci::CpuState::kOnPending: return psci::Result::kOnPending;
    case psci::CpuState::kOn: return psci::Result::kAlreadyOn;
  }
  return psci::Result::kInternalFailure;
}

/// On when one vCPU of the affinity instance is. [psci] AFFINITY_INFO.
template <unsigned kCpus, template <class> class Atomic>
PsciAction GuestPsci<kCpus, Atomic>::AffinityInfo(vectors::GuestFrame& frame, std::uint64_t target,
                                                  std::uint64_t lowest_level) const {
  constexpr std::uint64_t kBelow[] = {0, 0xff, 0xffff, 0xff'ffff};
  if (lowest_level >= std::size(kBelow)) return Return(frame, psci::Result::kInvalidParameters);
  const std::uint64_t ignored = kBelow[lowest_level];
  bool found = false;
  psci::CpuState best = psci::CpuState::kOff;
  for (unsigned i = 0; i < count_; ++i) {
    if (((cpus_[i].affinity ^ target) & ~ignored) != 0) continue;
    found = true;
    const psci::CpuState state = StateOf(i);
    if (state == psci::CpuState::kOn || best == psci::CpuState::kOff) best = state;
  }
  if (!found) return Return(frame, psci::Result::kInvalidParameters);
  frame.x[0] = StateWord(best);
  return {PsciAction::Kind::kResume};
}

/// CPU_SUSPEND: the original format of power states, no OS-initiated mode, so 0 as the others.
template <unsigned kCpus, template <class> class Atomic>
PsciAction GuestPsci<kCpus, Atomic>::Features(vectors::GuestFrame& frame) {
  const auto id = static_cast<std::uint32_t>(frame.x[1]);
  const bool served = id == smccc::kVersion || psci::IsServed(id);
  return Return(frame, served ? psci::Result::kSuccess : psci::Result::kNotSupported);
}

}  // namespace trivet::vcpu
