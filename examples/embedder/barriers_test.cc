// SPDX-License-Identifier: Apache-2.0 OR MIT
// Own EL2 code in an ordinary GoogleTest suite: no Trivet but its simulated CPU. What passes here
// has its barriers, its order and its masks; what does not says which register, bit or rule.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "sim/pe/code_map.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/violation.h"

namespace embedder {
namespace {

namespace sim = trivet::sim;
using trivet::hal::CptrEl2E2h;
using trivet::hal::Cpu;
using trivet::hal::HcrEl2;
using trivet::hal::VbarEl2;

// The code under test: the product's own. The same source runs at EL2.

void OpenInterruptsOn(std::uint64_t vectors) {
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(vectors));
  Cpu::Isb();
  Cpu::DaifRestore(trivet::hal::Daif());
}

void OpenInterruptsTooEarlyOn(std::uint64_t vectors) {
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(vectors));
  Cpu::DaifRestore(trivet::hal::Daif());
}

// The set-up: a CPU, which hal::Cpu means on this thread, and what stands at the vectors.

constexpr std::uint64_t kOldVectors = 0x4008'0000, kNewVectors = 0x4009'0000;
std::uint64_t taken_at;

template <std::uint64_t kBase>
void OnIrq(sim::Pe& pe, std::uint64_t offset) {
  taken_at = kBase + offset;
  pe.RaiseIrq(false);
}

struct OwnCode : ::testing::Test {
  sim::Pe pe{sim::ProfileNamed("cortex-a72")};
  sim::ScopedPe current{pe};
  sim::ScopedCode old_vectors{kOldVectors, 0x800, &OnIrq<kOldVectors>};
  sim::ScopedCode new_vectors{kNewVectors, 0x800, &OnIrq<kNewVectors>};
  OwnCode() {
    taken_at = 0;
    pe.Poke(trivet::hal::RegisterId::kVbarEl2, kOldVectors);
    pe.Poke(trivet::hal::RegisterId::kHcrEl2, HcrEl2::Inert().rw(true).imo(true).raw());
    pe.RaiseIrq();
  }
};

TEST_F(OwnCode, AnInterruptIsTakenAtTheNewVectors) {
  OpenInterruptsOn(kNewVectors);
  EXPECT_EQ(taken_at, kNewVectors + 0x280);
}

/// The bug that QEMU never shows: the CPU may still use what VBAR_EL2 was.
TEST_F(OwnCode, WithoutTheIsbItIsTakenAtTheOldOnes) {
  OpenInterruptsTooEarlyOn(kNewVectors);
  EXPECT_EQ(taken_at, kOldVectors + 0x280);
}

/// The message that Trivet's README shows.
TEST(MissingIsb, BetweenE2hAndARegisterWhoseLayoutItChangesIsNamed) {
  sim::Pe pe(sim::ProfileNamed("neoverse-v1"));
  const sim::ScopedPe current(pe);
  Cpu::Write<HcrEl2>(HcrEl2::Inert().rw(true).e2h(true));
  EXPECT_THAT([] { Cpu::Write<CptrEl2E2h>(CptrEl2E2h::Inert()); },
              ::testing::ThrowsMessage<sim::Violation>(::testing::HasSubstr(
                  "HCR_EL2.E2H was changed and no context synchronization event followed")));
}

TEST_F(OwnCode, AReservedBitIsNamed) {
  EXPECT_THAT([] { Cpu::Write<HcrEl2>(HcrEl2::FromRaw(std::uint64_t{1} << 63)); },
              ::testing::ThrowsMessage<sim::Violation>(::testing::HasSubstr("write HCR_EL2")));
}

}  // namespace
}  // namespace embedder
