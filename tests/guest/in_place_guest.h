// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "hal/cpu.h"
#include "hal/status.h"
#include "percpu/host.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/in_place.h"

namespace trivet::tests {

inline constexpr std::uint64_t kFromHook = 0x600d'0000'c0de;  ///< What hooks write.
inline constexpr unsigned kTimerTicks = 2000;

/// What hooks did; their context.
struct Served {
  unsigned traps = 0;
  unsigned irqs = 0;
  unsigned fiqs = 0;
  unsigned serrors = 0;
  Machine* machine = nullptr;
};
Served& ServedBy(const vectors::InPlaceExit& exit);

/// Serves every synchronous exit of guest_scenario.h's guest but HVC #2: the trapped MRS and the
/// load that faults are given kFromHook, HVC #1 has it written to X18 and X30. The load starts the
/// timer that ends the endless loop behind it.
vectors::InPlace ServeTraps(vectors::InPlaceExit& exit);
/// Acknowledges the interrupt and takes the guest out of its endless loop.
vectors::InPlace ServeIrq(vectors::InPlaceExit& exit);

/// The guest of guest_scenario.h with hooks, from enable to disable under a host of one kind, with
/// a pattern in every register that it does not use itself.
template <percpu::Host H>
class InPlaceGuest {
 public:
  InPlaceGuest(percpu::HostKind kind, vectors::InPlaceHooks hooks)
      : machine_(kind), guest_(ConfigFor(hooks)) {
    served_.machine = &machine_;
    ShowToTableWalks(&stage2, sizeof(stage2));
    TestHost::Here() = {};
    for (unsigned n = 0; n < std::size(frame().x); ++n) frame().x[n] = Pattern(n);
    EXPECT_EQ(cpu_.Create(hal::Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~InPlaceGuest() {
    EXPECT_EQ(guest_.Unload(cpu_), Status::kOk);
    EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
  }
  InPlaceGuest(const InPlaceGuest&) = delete;
  InPlaceGuest& operator=(const InPlaceGuest&) = delete;

  Result<vcpu::Exit> Run() { return guest_.Run(cpu_); }
  vectors::GuestFrame& frame() { return guest_.frame(); }
  Machine& machine() { return machine_; }
  const Served& served() const { return served_; }

  /// Every general register has its pattern, but for the `changed` ones.
  void ExpectRegisters(std::initializer_list<std::pair<unsigned, std::uint64_t>> changed) {
    for (unsigned n = 0; n < std::size(frame().x); ++n) {
      std::uint64_t expected = Pattern(n);
      for (const auto& [number, value] : changed) {
        if (number == n) expected = value;
      }
      EXPECT_EQ(frame().x[n], expected) << "x" << n;
    }
  }

 private:
  static std::uint64_t Pattern(unsigned n) {
    if (n == 1) return kUnmappedIpa;
    return n == 2 ? kGuestVbar : 0x1111'0000'0000 + n;
  }

  vcpu::Config ConfigFor(vectors::InPlaceHooks hooks) {
    stage2 = {};
    hooks.context = &served_;
    EXPECT_EQ(MapGuest(stage2), Status::kOk);
    return {.entry = PlaceGuest(),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2), 11),
            .traps = hal::HcrEl2().twi(true).tid3(true),
            .in_place = hooks};
  }

  static inline vcpu::BlockStage2 stage2;
  Machine machine_;
  Served served_;
  percpu::PerCpu<H> cpu_;
  vcpu::Vcpu guest_;
};

}  // namespace trivet::tests
