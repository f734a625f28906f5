// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/pe.h"
#include "sim/profiles/profile.h"
#include "tests/support/host_of_kind.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {

/// A simulated CPU of any profile with a host of any kind, and a place for a guest's code.
class SimulatedBox {
 public:
  static constexpr std::uint64_t kEntry = 0x4020'0000;
  static constexpr std::uint64_t kVectors = 0x4030'0000;  ///< For VBAR_EL1 of guests.
  static constexpr std::uint16_t kTakenByGuest = 0x55;    ///< HVC of its Current EL, SP_ELx vector.
  static constexpr std::uint64_t kBlock = 0x4000'0000;

  explicit SimulatedBox(const sim::Profile& profile,
                        percpu::HostKind kind = percpu::HostKind::kNvhe)
      : pe_(profile) {
    constexpr std::uint64_t kHostVectors = 0x4010'0000, kSynchronous = 0x200;
    pe_.set_reserved_bits(sim::ReservedBits::kIgnored);
    pe_.Poke(hal::RegisterId::kVbarEl2, kHostVectors);
    // RES1 without FEAT_ExS.
    pe_.Poke(hal::RegisterId::kSctlrEl2, hal::SctlrEl2::Inert().eis(true).eos(true).raw());
    BecomeHost(hal::HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true), kind);
    EXPECT_EQ(stage2_.Map(kBlock, kBlock, vcpu::MemoryType::kNormal), Status::kOk);
    pe_.memory().Place(kVectors + kSynchronous, {sim::Hvc(kTakenByGuest)});
    ShowStage2Of(*this);
    EXPECT_EQ(cpu_.Create(hal::Cpu::CurrentCpu()), Status::kOk);
  }

  sim::Pe& pe() { return pe_; }
  percpu::PerCpu<TestHost>& cpu() { return cpu_; }
  vcpu::BlockStage2& stage2() { return stage2_; }

  void Place(const sim::GuestProgram& program) { pe_.memory().Place(kEntry, program); }
  /// Lets this CPU walk the stage 2 of `other`, which may be itself.
  void ShowStage2Of(SimulatedBox& other) {
    pe_.memory().MapHost(PhysicalAddressOf(&other.stage2_), &other.stage2_, sizeof(stage2_));
  }
  vcpu::Config Config(hal::Capabilities open = {}) const {
    return {.entry = kEntry,
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), 5),
            .open = open};
  }

 private:
  sim::Pe pe_;
  sim::ScopedPe current_{pe_};
  vcpu::BlockStage2 stage2_;
  percpu::PerCpu<TestHost> cpu_;
};

}  // namespace trivet::tests
