// SPDX-License-Identifier: Apache-2.0 OR MIT
// Secure EL2 differs from Non-secure EL2 in an access that is UNDEFINED in one of them, and
// refused. Entered from EL3, in both states: two images.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/features.h"
#include "percpu/per_cpu.h"
#include "tests/support/host_view.h"
#include "tests/support/test_host.h"

extern "C" const bool trivet_test_in_secure_state;

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constinit percpu::PerCpu<TestHost> cpu;

TEST(SecurityState, DecidesWhetherEl2CanBeEnabled) {
  ASSERT_TRUE((Has<Feature::kSel2, Cpu>()));
  const bool secure = trivet_test_in_secure_state;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  Cpu::Write<ElrEl2>(ElrEl2::FromRaw(0x1234'5670));
  Cpu::Write<SpsrEl2>(SpsrEl2::FromRaw(0x3c5));
  Cpu::Write<EsrEl2>(EsrEl2::FromRaw(0x5600'0007));
  Cpu::Write<FarEl2>(FarEl2::FromRaw(0x89ab'cdef));
  const HostView before = HostView::Now();
  const Status expected = secure ? Status::kUnsupportedHost : Status::kOk;
  EXPECT_EQ(cpu.CanEnable(), expected);
  EXPECT_EQ(cpu.HardwareEnable(), expected);
  if (secure) EXPECT_EQ(cpu.last_error().register_id, RegisterId::kVsttbrEl2);
  if (!secure) EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
  EXPECT_EQ(Cpu::Read<ElrEl2>().raw(), 0x1234'5670u);
  EXPECT_EQ(Cpu::Read<SpsrEl2>().raw(), 0x3c5u);
  EXPECT_EQ(Cpu::Read<EsrEl2>().raw(), 0x5600'0007u);
  EXPECT_EQ(Cpu::Read<FarEl2>().raw(), 0x89ab'cdefu);
}

}  // namespace
}  // namespace trivet::tests
