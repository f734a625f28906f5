// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/pe/code_map.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kOldVectors = 0x4008'0000, kNewVectors = 0x4009'0000;

struct Taken {
  int count = 0;
  std::uint64_t base = 0, offset = 0;
};
thread_local Taken taken;

template <std::uint64_t kBase>
void Handle(Pe& pe, std::uint64_t offset) {
  taken = {taken.count + 1, kBase, offset};
  EXPECT_EQ(pe.Read(RegisterId::kDaif), Pstate::kDaif);
  pe.RaiseIrq(false);
  pe.RaiseFiq(false);
}

class ExceptionTest : public ::testing::Test {
 protected:
  ExceptionTest() {
    taken = {};
    pe_.Poke(RegisterId::kVbarEl2, kOldVectors);
    pe_.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).imo(true).fmo(true).amo(true).raw());
  }

  ScopedCode old_code_{kOldVectors, 0x800, Handle<kOldVectors>};
  ScopedCode new_code_{kNewVectors, 0x800, Handle<kNewVectors>};
  Pe pe_{ProfileNamed("neoverse-v1")};
};

TEST_F(ExceptionTest, PendingIrqIsTakenWhenUnmasked) {
  pe_.RaiseIrq();
  pe_.Isb();
  EXPECT_EQ(taken.count, 0);
  pe_.DaifRestore(0);
  EXPECT_EQ(taken.count, 1);
  EXPECT_EQ(taken.offset, 0x280u);
  EXPECT_EQ(pe_.Read(RegisterId::kDaif), 0u);
}

TEST_F(ExceptionTest, FiqAndSErrorHaveTheirOwnVectors) {
  pe_.DaifRestore(0);
  pe_.RaiseFiq();
  pe_.Isb();
  EXPECT_EQ(taken.offset, 0x300u);
  pe_.RaiseSError();
  pe_.Isb();
  EXPECT_EQ(taken.offset, 0x380u);
  EXPECT_EQ(taken.count, 2);
}

TEST_F(ExceptionTest, WithoutRoutingAnEl2HostIsDeaf) {
  pe_.Write(RegisterId::kHcrEl2, HcrEl2().rw(true).raw());
  pe_.Isb();
  pe_.DaifRestore(0);
  pe_.RaiseIrq();
  pe_.Isb();
  EXPECT_EQ(taken.count, 0);
  pe_.Write(RegisterId::kHcrEl2, HcrEl2().rw(true).tge(true).raw());
  pe_.Isb();
  EXPECT_EQ(taken.count, 1);
}

TEST_F(ExceptionTest, WithoutIsbTheOldVectorsAreUsed) {
  pe_.DaifRestore(0);
  pe_.Write(RegisterId::kVbarEl2, kNewVectors);
  pe_.RaiseIrq();
  pe_.Dsb(hal::Domain::kFullSystem);
  EXPECT_EQ(taken.base, kOldVectors);
}

TEST_F(ExceptionTest, AllNewStrategyUsesTheNewVectors) {
  pe_.chooser().Use(Strategy::kAllNew);
  pe_.DaifRestore(0);
  pe_.Write(RegisterId::kVbarEl2, kNewVectors);
  pe_.RaiseIrq();
  pe_.Dsb(hal::Domain::kFullSystem);
  EXPECT_EQ(taken.base, kNewVectors);
}

TEST_F(ExceptionTest, AfterIsbTheNewVectorsAreUsed) {
  pe_.DaifRestore(0);
  pe_.Write(RegisterId::kVbarEl2, kNewVectors);
  pe_.Isb();
  pe_.RaiseIrq();
  pe_.Isb();
  EXPECT_EQ(taken.base, kNewVectors);
}

TEST_F(ExceptionTest, ExhaustiveStrategySeesBothTables) {
  pe_.chooser().Use(Strategy::kExhaustive);
  const PeState start = pe_.Snapshot();
  bool saw_old = false, saw_new = false;
  do {
    pe_.Restore(start);
    pe_.DaifRestore(0);
    pe_.Write(RegisterId::kVbarEl2, kNewVectors);
    pe_.RaiseIrq();
    pe_.Dsb(hal::Domain::kFullSystem);
    saw_old |= taken.base == kOldVectors;
    saw_new |= taken.base == kNewVectors;
  } while (pe_.chooser().NextRun());
  EXPECT_TRUE(saw_old && saw_new);
}

TEST_F(ExceptionTest, NoCodeAtTheVectorIsAViolation) {
  pe_.Poke(RegisterId::kVbarEl2, 0x1000);
  pe_.RaiseIrq();
  EXPECT_THAT([&] { pe_.DaifRestore(0); },
              ThrowsMessage<Violation>(HasSubstr("0x1280, where no code is mapped")));
}

TEST_F(ExceptionTest, OverlappingCodeIsRefused) {
  EXPECT_THROW(ScopedCode(kOldVectors + 0x400, 0x800, Handle<0>), Violation);
}

}  // namespace
}  // namespace trivet::sim
