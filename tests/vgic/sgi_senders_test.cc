// SPDX-License-Identifier: Apache-2.0 OR MIT
// SGIs of a GICv2: several senders of one number, of which one has a list register at a time.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>

#include "vgic/gic_v2_interface.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic::sgi_senders_test {
namespace {

constexpr std::uint32_t kSpurious = 1023;

/// GICH, and what a guest does at GICV with interrupts of one priority. [gic2] chapter 5.
struct Gich {
  static constexpr std::uintptr_t kBase = 0x1000;
  static constexpr std::uint32_t kPending = 1u << 28, kActive = 2u << 28, kEoi = 1u << 19;
  static inline std::array<std::uint32_t, 4> lr;
  static inline std::uint32_t hcr, vmcr, apr;

  static std::uint32_t Read(std::uintptr_t address) {
    switch (address - kBase) {
      case 0x00: return hcr;
      case 0x04: return lr.size() - 1;
      case 0x08: return vmcr;
      case 0x10: return Causes();
      case 0x30: return Empty();
      case 0xf0: return apr;
      default: return lr.at((address - kBase - 0x100) / 4);
    }
  }
  static void Write(std::uintptr_t address, std::uint32_t value) {
    switch (address - kBase) {
      case 0x00: hcr = value; break;
      case 0x08: vmcr = value; break;
      case 0xf0: apr = value; break;
      default: lr.at((address - kBase - 0x100) / 4) = value;
    }
  }

  static std::uint32_t State(std::uint32_t value) { return value & (kPending | kActive); }
  static std::uint32_t Empty() {
    std::uint32_t empty = 0;
    for (unsigned n = 0; n < lr.size(); ++n) {
      if (State(lr[n]) == 0 && (lr[n] & kEoi) == 0) empty |= 1u << n;
    }
    return empty;
  }
  /// GICH_MISR: EOI, LRENP and NP.
  static std::uint32_t Causes() {
    bool ended = false, pending = false;
    for (const std::uint32_t value : lr) {
      ended |= State(value) == 0 && (value & kEoi) != 0;
      pending |= State(value) == kPending;
    }
    const auto control = hal::IchHcrEl2::FromRaw(hcr);
    return (ended ? 1u : 0) | (control.lrenpie() && control.eoicount() != 0 ? 4u : 0) |
           (control.npie() && !pending ? 8u : 0);
  }
  static std::uint32_t Acknowledge() {
    for (std::uint32_t& value : lr) {
      if (State(value) != kPending) continue;
      value ^= kPending | kActive;
      return value & 0x1fff;
    }
    return kSpurious;
  }
  /// By its number alone.
  static void End(std::uint32_t acknowledged) {
    for (std::uint32_t& value : lr) {
      if ((value & kActive) == 0 || ((value ^ acknowledged) & 0x3ff) != 0) continue;
      value &= ~kActive;
      return;
    }
    hcr += 1u << 27;  // EOICount
  }
  static void ExpectNumbersDiffer() {
    std::map<std::uint32_t, unsigned> uses;
    for (const std::uint32_t value : lr) {
      if (State(value) != 0) EXPECT_EQ(++uses[value & 0x3ff], 1u) << "of " << (value & 0x3ff);
    }
  }
};

class SgiSenders : public ::testing::TestWithParam<unsigned> {
 protected:
  SgiSenders() {
    Gich::lr = {};
    Gich::hcr = Gich::vmcr = Gich::apr = 0;
    EXPECT_EQ(manager_.Create(GetParam()), Status::kOk);
    manager_.controls().vmcr = hal::IchVmcrEl2().vpmr(0xf8).veng0(true).veng1(true);
    EXPECT_EQ(manager_.Load(), Status::kOk);
  }
  void Serve() {
    for (unsigned n = 0; Gich::Causes() != 0; ++n) {
      ASSERT_LT(n, 2u) << "the maintenance interrupt storms";
      manager_.ServeMaintenance();
    }
    Gich::ExpectNumbersDiffer();
  }
  void Send(std::uint32_t number, unsigned sender) {
    const Interrupt sgi = Interrupt::SgiFrom(number, sender);
    EXPECT_EQ(manager_.Inject(sgi), Status::kOk);
    pending_[sgi.intid()] = true;
  }
  void Acknowledge() {
    active_ = Gich::Acknowledge();
    if (active_ == kSpurious) {
      for (const auto& [intid, pending] : pending_) EXPECT_FALSE(pending) << intid << " is lost";
    } else {
      EXPECT_TRUE(pending_[active_]) << active_ << " comes twice";
    }
    pending_[active_] = false;
  }
  void End() {
    Gich::End(active_);
    active_ = kSpurious;
  }
  bool IsActive() const { return active_ != kSpurious; }

  VirtualCpuInterface<GicV2Interface<Gich>, 8> manager_{GicV2Interface<Gich>(Gich::kBase)};

 private:
  std::map<std::uint32_t, bool> pending_;
  std::uint32_t active_ = kSpurious;
};
INSTANTIATE_TEST_SUITE_P(ListRegisters, SgiSenders, ::testing::Values(1u, 2u, 4u));

TEST_P(SgiSenders, ThatWaitForAnotherSenderLeaveListRegistersToOthers) {
  for (unsigned sender = 0; sender < 8; ++sender) Send(1, sender);
  Send(2, 0);
  // The seven of number 1 wait, and a second of number 2 where there is room: for eight.
  const auto inject = [&](std::uint32_t number, unsigned sender) {
    return manager_.Inject(Interrupt::SgiFrom(number, sender));
  };
  EXPECT_EQ(inject(2, 1), GetParam() < 2 ? Status::kNoRoom : Status::kOk);
  EXPECT_EQ(inject(3, 0), GetParam() < 3 ? Status::kNoRoom : Status::kOk);
}

TEST_P(SgiSenders, ReportTheirEndOnlyWhileAnotherOfTheirNumberWaits) {
  for (std::uint32_t number = 0; number <= GetParam(); ++number) Send(number, 2);
  for (const std::uint32_t value : Gich::lr) EXPECT_EQ(value & Gich::kEoi, 0u);
  Send(0, 1);
  EXPECT_NE(Gich::lr[0] & Gich::kEoi, 0u);
}

TEST_P(SgiSenders, OfOneNumberArriveOnceEachAndNeverTogether) {
  std::mt19937 random(GetParam());
  for (unsigned step = 0; step < 20'000; ++step) {
    const unsigned choice = random() % 8;
    if (choice < 3) {
      Send(1 + random() % 2, random() % 3);
    } else if (choice == 3) {
      manager_.Unload();
      ASSERT_EQ(manager_.Load(), Status::kOk);
    } else if (IsActive()) {
      End();
    } else {
      Acknowledge();
    }
    Serve();
    ASSERT_FALSE(HasFailure()) << "step " << step;
  }
}

}  // namespace
}  // namespace trivet::vgic::sgi_senders_test
