// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every kind of exception from EL2 has a handler before any vector can use it. In every
// environment.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/minimal_cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;
using vectors::Handler;
using vectors::Handlers;

/// Has all handlers but the one that a test removes.
struct HostWithout {
  static inline Handler Handlers::* missing = nullptr;

  static std::uint64_t PhysicalAddressOf(const void* address) {
    return tests::PhysicalAddressOf(address);
  }
  static Handlers HandlersFor(CpuId cpu) {
    Handlers handlers = TestHost::HandlersFor(cpu);
    if (missing != nullptr) handlers.*missing = nullptr;
    return handlers;
  }
};

constexpr Handler Handlers::* kEveryHandler[] = {&Handlers::irq, &Handlers::fiq, &Handlers::serror,
                                                 &Handlers::fatal};

class MissingHandler : public ::testing::TestWithParam<HostKind> {
 protected:
  MissingHandler() : machine_(GetParam()) {}
  Machine machine_;
};

TEST_P(MissingHandler, OfAnyKindIsAnErrorAndNothingIsChanged) {
  const HostView before = HostView::Now();
  for (Handler Handlers::* handler : kEveryHandler) {
    HostWithout::missing = handler;
    percpu::PerCpu<HostWithout> cpu;
    EXPECT_EQ(cpu.Create(hal::Cpu::CurrentCpu()), Status::kHandlerMissing);
    EXPECT_EQ(cpu.last_error().status, Status::kHandlerMissing);
    EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
    percpu::MinimalCpu<HostWithout> minimal;
    EXPECT_EQ(minimal.Claim({}), Status::kHandlerMissing);
    EXPECT_EQ(minimal.HardwareEnable({}), Status::kNotCreated);
    EXPECT_TRUE(HostView::Now() == before);
  }
}

// After a failed Create() the same object can be created later.
TEST_P(MissingHandler, MayBeSuppliedLater) {
  HostWithout::missing = &Handlers::serror;
  percpu::PerCpu<HostWithout> cpu;
  ASSERT_EQ(cpu.Create(hal::Cpu::CurrentCpu()), Status::kHandlerMissing);
  HostWithout::missing = nullptr;
  ASSERT_EQ(cpu.Create(hal::Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, MissingHandler,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
