// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "hal/cpu.h"
#include "platforms/runtime/interrupts.h"
#include "vcpu/exit.h"
#include "vcpu/exit_cost.h"

extern "C" const std::uint64_t real_time_guest[], real_time_guest_end[];

namespace hv {

/// The first bytes of the real-time guest's memory, as hypervisor/real_time_guest.S has them.
struct RealTimeMemory {
  std::uint64_t first_instructions;
  std::uint64_t redistributor, uart, period;  ///< Given: its SGI frame, its PL011, ticks to a beat.
  std::uint64_t beats;                        ///< Its heartbeat: its timer's interrupts.
};

/// The life of the real-time guest on CPU `cpu`: others end it at any time, and it starts anew.
class RealTime {
 public:
  RealTime(unsigned cpu, std::uint64_t memory, const RealTimeMemory& given)
      : cpu_(cpu), memory_(reinterpret_cast<volatile RealTimeMemory*>(memory)), given_(given) {}

  /// Ends it, and then each life after three beats, `times` times together. On any CPU.
  void End(unsigned times) {
    times_ += times;
    now_ = true;
    trivet::platforms::SendInterrupt(cpu_, kCall);
  }
  unsigned lives() const { return lives_; }
  std::uint64_t beats() const { return past_beats_ + memory_->beats; }
  const trivet::vcpu::ExitCost& cost() const { return cost_; }

  /// On its CPU, before each life: its memory, which EL2 has as a device, is as at the first.
  void Load() {
    auto* to = reinterpret_cast<volatile std::uint64_t*>(memory_);
    for (const auto* word = real_time_guest; word != real_time_guest_end; ++word) *to++ = *word;
    memory_->redistributor = given_.redistributor;
    memory_->uart = given_.uart;
    memory_->period = given_.period;
    asm volatile("dsb sy\n ic iallu\n dsb nsh\n isb" ::: "memory");
    trivet::platforms::EnableInterrupt(kCall);
    cost_.Start();
    ended_ = false;
    ++lives_;
  }
  /// There, after each exit: whether this life ends.
  bool Ends(const trivet::vcpu::Exit& exit) {
    cost_.Add(exit.reason);
    if (times_ == 0 || !(now_.exchange(false) || memory_->beats >= kShortLife)) return false;
    past_beats_ += memory_->beats;
    --times_;
    return ended_ = true;
  }
  bool IsEnded() const { return ended_; }

 private:
  static constexpr unsigned kCall = 0;  ///< The SGI that ends a run of its vCPU.
  static constexpr unsigned kShortLife = 3, kInstructionsAtABeat = 640;

  const unsigned cpu_;
  volatile RealTimeMemory* const memory_;
  const RealTimeMemory given_;
  std::atomic<unsigned> times_ = 0, lives_ = 0;
  std::atomic<std::uint64_t> past_beats_ = 0;
  std::atomic<bool> now_ = false;
  bool ended_ = false;
  trivet::vcpu::ExitCost cost_{trivet::vcpu::ExitReason::kIrq, kInstructionsAtABeat};
};

}  // namespace hv
