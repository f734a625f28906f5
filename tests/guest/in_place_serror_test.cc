// SPDX-License-Identifier: Apache-2.0 OR MIT
// An SError that arrives while a guest runs, served in place. On the simulator: QEMU gives no
// physical SError on request.

#include <gtest/gtest.h>

#include "tests/guest/in_place_guest.h"
#include "tests/support/sim/sim_machine.h"

namespace trivet::tests {
namespace {

class InPlaceSError : public ::testing::TestWithParam<percpu::HostKind> {};

TEST_P(InPlaceSError, IsServedWithinTheRun) {
  InPlaceGuest<TestHost> guest(GetParam(), {.serror = [](vectors::InPlaceExit& exit) {
                                 ++ServedBy(exit).serrors;
                                 return vectors::InPlace::kResume;
                               }});
  SimulatedPe().RaiseSError();
  const Result<vcpu::Exit> exit = guest.Run();
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, vcpu::ExitReason::kHypercall);
  EXPECT_EQ(guest.served().serrors, 1u);
  EXPECT_EQ(TestHost::Here().serrors, 0u);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, InPlaceSError,
                         ::testing::Values(percpu::HostKind::kNvhe, percpu::HostKind::kNvheTge,
                                           percpu::HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
