// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/memory/tlb.h"

#include <gtest/gtest.h>

namespace trivet::sim {
namespace {

using hal::Domain;
using hal::Tlbi;

constexpr std::uint64_t kVs = 1 << 19;  // VTCR_EL2.VS: VMIDs of 16 bits.

constexpr Stage2Regime Table(std::uint64_t vmid, std::uint64_t baddr, std::uint64_t vtcr = kVs) {
  return {.hcr = 1, .vtcr = vtcr, .vttbr = vmid << 48 | baddr};
}

/// Whether an entry of `vmid` survives the operation for VMID 5, and a DSB and ISB.
bool Survives(Tlbi operation, std::uint64_t vmid) {
  Tlb tlb;
  tlb.Remember(Table(vmid, 0x1000));
  tlb.Invalidate(operation, 5);
  tlb.Dsb(Domain::kInnerShareable);
  tlb.Synchronize();
  return tlb.StaleOr(Table(vmid, 0x2000)) != nullptr;
}

TEST(Tlb, OperationsReachTheirScopeAndNoMore) {
  for (const Tlbi of_vmid : {Tlbi::kVmallS12E1, Tlbi::kVmallS12E1Is}) {
    EXPECT_FALSE(Survives(of_vmid, 5));
    EXPECT_TRUE(Survives(of_vmid, 6));
    EXPECT_TRUE(Survives(of_vmid, 0x105)) << "another VMID of 16 bits";
  }
  for (const Tlbi of_all : {Tlbi::kAllE1, Tlbi::kAllE1Is}) {
    EXPECT_FALSE(Survives(of_all, 5));
    EXPECT_FALSE(Survives(of_all, 6));
  }
  // Another translation regime.
  EXPECT_TRUE(Survives(Tlbi::kAllE2, 5));
  EXPECT_TRUE(Survives(Tlbi::kAllE2, 6));
}

TEST(Tlb, WithoutVsAVmidHasEightBits) {
  EXPECT_EQ(Table(0x105, 0, 0).Vmid(), 5u);
  EXPECT_EQ(Table(0x105, 0).Vmid(), 0x105u);
  Tlb tlb;
  tlb.Remember(Table(0x105, 0x1000, 0));
  EXPECT_NE(tlb.StaleOr(Table(0x205, 0x2000, 0)), nullptr);
}

}  // namespace
}  // namespace trivet::sim
