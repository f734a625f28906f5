#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "percpu/host_kind.h"
#include "tests/isolation/host_registers.h"
#include "tests/isolation/rig.h"

namespace trivet::tests {

/// Tests under a host of each kind whose registers are marked: each test begins with the CPU
/// enabled, and ends with a disable after which every register of the host is as it was.
class MarkedHost : public ::testing::TestWithParam<percpu::HostKind> {
 protected:
  void SetUp() override;
  void TearDown() override;

  IsolationRig& rig() { return *rig_; }

 private:
  std::optional<Machine> machine_;
  std::optional<IsolationRig> rig_;
  HostRegisters before_;
};

}  // namespace trivet::tests
