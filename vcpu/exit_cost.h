// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/registers.h"
#include "vcpu/exit.h"

namespace trivet::vcpu {

/// How many instructions EL2 executes for an exit of one reason: from the exception to the guest's
/// next instruction, by event counter 0 of the CPU, which counts EL2 alone. Its guests are without
/// Capability::kPmu, which would switch that counter. All zero where the CPU does not count
/// INST_RETIRED.
class ExitCost {
 public:
  /// Counts exits by `reason`, and those that take more than `bound` instructions.
  constexpr ExitCost(ExitReason reason, std::uint32_t bound) : reason_(reason), bound_(bound) {}

  /// On the CPU whose exits are counted, at EL2, before each first run of a guest.
  void Start() {
    has_before_ = false;
    if (!hal::FeatureSet::From(hal::IdValues::Read<hal::Cpu>()).Has(hal::Feature::kPmuV3)) return;
    constexpr std::uint16_t kInstRetired = 8;  // [arm-arm] "PMU events", INST_RETIRED.
    using hal::Cpu;
    Cpu::Write<hal::Pmevtyper0El0>(
        hal::Pmevtyper0El0().p(true).u(true).nsh(true).evtcount(kInstRetired));
    Cpu::Write<hal::PmcntensetEl0>(hal::PmcntensetEl0().p(1));
    Cpu::Write<hal::PmcrEl0>(Cpu::Read<hal::PmcrEl0>().e(true));
    Cpu::Isb();
    counts_ = true;
  }
  /// There, behind each run, always at the same place of the loop.
  void Add(ExitReason reason) {
    if (!counts_) return;
    const auto now = static_cast<std::uint32_t>(hal::Cpu::Read<hal::Pmevcntr0El0>().raw());
    // What is between two exits by this reason is the answer to the first.
    const std::uint32_t cost = now - before_;
    if (reason == reason_ && has_before_) {
      fewest_ = std::min(fewest_.load(), cost);
      Increase(exits_);
      if (cost > bound_) Increase(beyond_);
    }
    before_ = now;
    has_before_ = reason == reason_;
  }

  // On any CPU.

  std::uint32_t exits() const { return exits_; }    ///< That were counted.
  std::uint32_t beyond() const { return beyond_; }  ///< Of these, with more than `bound`.
  std::uint32_t fewest() const { return exits_ == 0 ? 0 : fewest_.load(); }

 private:
  /// One CPU writes.
  static void Increase(std::atomic<std::uint32_t>& count) { count = count + 1; }

  const ExitReason reason_;
  const std::uint32_t bound_;
  bool counts_ = false, has_before_ = false;
  std::uint32_t before_ = 0;
  std::atomic<std::uint32_t> exits_ = 0, beyond_ = 0, fewest_ = ~std::uint32_t{0};
};

}  // namespace trivet::vcpu
