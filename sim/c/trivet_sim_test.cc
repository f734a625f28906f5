// SPDX-License-Identifier: Apache-2.0 OR MIT
// A C function that forgets an ISB, and other mistakes, on the simulated CPU for C.

#include "sim/c/trivet_sim.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/c/own_code.h"

namespace trivet::sim {
namespace {

constexpr std::uint64_t kOldVectors = 0x4028'0000, kNewVectors = 0x4029'0000;
constexpr std::uint64_t kRoutesIrq = 1 << 4, kRw = std::uint64_t{1} << 31;

class CSim : public ::testing::Test {
 protected:
  explicit CSim(const char* profile = "cortex-a72") : cpu_(trivet_sim_new(profile)) {
    trivet_sim_on_violation(
        cpu_,
        [](void* context, const char* message) {
          static_cast<CSim*>(context)->messages_.emplace_back(message);
        },
        this);
    Place(kOldVectors);
    Place(kNewVectors);
    trivet_sim_poke(cpu_, VBAR_EL2, kOldVectors);
    trivet_sim_poke(cpu_, HCR_EL2, kRw | kRoutesIrq);
  }
  ~CSim() override { trivet_sim_delete(cpu_); }

  void Place(std::uint64_t vectors) {
    (vectors == kOldVectors ? old_ : new_) = {this, vectors};
    const auto on_exception = [](trivet_sim* cpu, std::uint64_t offset, void* context) {
      const Table& table = *static_cast<Table*>(context);
      table.test->taken_.push_back(table.base + offset);
      trivet_sim_raise(cpu, TRIVET_SIM_IRQ, 0);
    };
    ASSERT_EQ(trivet_sim_place(cpu_, vectors, 0x800, on_exception,
                               vectors == kOldVectors ? &old_ : &new_),
              1);
  }

  struct Table {
    CSim* test = nullptr;
    std::uint64_t base = 0;
  };
  trivet_sim* cpu_;
  Table old_, new_;
  std::vector<std::uint64_t> taken_;
  std::vector<std::string> messages_;
};

TEST_F(CSim, WithItsIsbAnInterruptIsTakenAtTheNewVectors) {
  trivet_sim_raise(cpu_, TRIVET_SIM_IRQ, 1);
  open_interrupts_on(cpu_, kNewVectors);
  EXPECT_EQ(taken_, std::vector{kNewVectors + 0x280});
  EXPECT_EQ(trivet_sim_violations(cpu_), 0u);
  EXPECT_EQ(trivet_sim_read(cpu_, VBAR_EL2), kNewVectors);
}

TEST_F(CSim, WithoutItsIsbAnInterruptIsTakenAtTheOldOnes) {
  trivet_sim_raise(cpu_, TRIVET_SIM_IRQ, 1);
  open_interrupts_too_early_on(cpu_, kNewVectors);
  EXPECT_EQ(taken_, std::vector{kOldVectors + 0x280});
}

class CSimVhe : public CSim {
 protected:
  CSimVhe() : CSim("neoverse-v1") {}
};

TEST_F(CSimVhe, AMissingIsbIsNamed) {
  become_vhe_host(cpu_);
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_NE(messages_[0].find("write CPTR_EL2"), std::string::npos) << messages_[0];
  EXPECT_NE(
      messages_[0].find("HCR_EL2.E2H was changed and no context synchronization event followed"),
      std::string::npos)
      << messages_[0];
}

/// Legal in one layout alone: FPEN and no RES1 bits, or the RES1 bits.
TEST_F(CSimVhe, TheLayoutIsThatOfE2h) {
  constexpr std::uint64_t kE2hSet = 0x30'0000, kE2hClear = 0x33ff;
  trivet_sim_write(cpu_, CPTR_EL2, kE2hClear);
  EXPECT_EQ(trivet_sim_violations(cpu_), 0u);
  trivet_sim_write(cpu_, HCR_EL2, trivet_sim_read(cpu_, HCR_EL2) | std::uint64_t{1} << 34);
  trivet_sim_isb(cpu_);
  trivet_sim_write(cpu_, CPTR_EL2, kE2hSet);
  EXPECT_EQ(trivet_sim_violations(cpu_), 0u);
  EXPECT_EQ(trivet_sim_read(cpu_, CPTR_EL2), kE2hSet);
}

TEST_F(CSim, AReservedBitAndAnUnknownRegisterAreNamedAndHaveNoEffect) {
  const std::uint64_t before = trivet_sim_peek(cpu_, HCR_EL2);
  trivet_sim_write(cpu_, HCR_EL2, std::uint64_t{1} << 63);
  EXPECT_EQ(trivet_sim_peek(cpu_, HCR_EL2), before);
  EXPECT_EQ(trivet_sim_read(cpu_, TRIVET_SIM_REGISTER(3, 7, 15, 15, 7)), 0u);
  ASSERT_EQ(messages_.size(), 2u);
  EXPECT_NE(messages_[0].find("HCR_EL2"), std::string::npos) << messages_[0];
  EXPECT_NE(messages_[1].find("S3_7_C15_C15_7"), std::string::npos) << messages_[1];
  EXPECT_EQ(trivet_sim_violations(cpu_), 2u);
}

TEST_F(CSim, BarriersAndMaintenanceAreInstructions) {
  trivet_sim_write(cpu_, SCTLR_EL2, trivet_sim_peek(cpu_, SCTLR_EL2));
  trivet_sim_tlbi(cpu_, TRIVET_SIM_ALLE1);
  trivet_sim_dsb(cpu_, TRIVET_SIM_NSH);
  trivet_sim_isb(cpu_);
  EXPECT_EQ(trivet_sim_daif_mask(cpu_), 0x3c0u);
  EXPECT_EQ(messages_, std::vector<std::string>());
}

TEST(CSimNew, AnUnknownProfileAndARangeInUseAreRefused) {
  EXPECT_EQ(trivet_sim_new("cortex-z99"), nullptr);
  trivet_sim* const one = trivet_sim_new("max");
  const auto nothing = [](trivet_sim*, std::uint64_t, void*) {};
  for (int round = 0; round < 2; ++round) {
    trivet_sim* const cpu = trivet_sim_new("cortex-a53");
    EXPECT_EQ(trivet_sim_place(cpu, 0x5000, 0x800, nothing, nullptr), 1);
    EXPECT_EQ(trivet_sim_place(one, 0x5000, 0x800, nothing, nullptr), 0);
    trivet_sim_delete(cpu);
  }
  EXPECT_EQ(trivet_sim_violations(one), 2u);
  trivet_sim_delete(one);
}

}  // namespace
}  // namespace trivet::sim
