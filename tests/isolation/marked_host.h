// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <tuple>

#include "hal/capability.h"
#include "percpu/host_kind.h"
#include "tests/isolation/host_registers.h"
#include "tests/isolation/rig.h"

namespace trivet::tests {

/// What a guest of such a test has.
enum class Opened : std::uint8_t { kNothing, kEverything };

/// Tests under a host of each kind whose registers are marked: each test begins with the CPU
/// enabled, and ends with a disable after which every register of the host is as it was.
class MarkedHost : public ::testing::TestWithParam<std::tuple<percpu::HostKind, Opened>> {
 protected:
  void SetUp() override;
  void TearDown() override;

  IsolationRig& rig() { return *rig_; }
  /// The guests' capabilities: none, or all that this CPU can give.
  hal::Capabilities open() const { return open_; }

 private:
  std::optional<Machine> machine_;
  std::optional<IsolationRig> rig_;
  HostRegisters before_;
  hal::Capabilities open_;
};

inline const auto kHostsAndGuests =
    ::testing::Combine(::testing::Values(percpu::HostKind::kNvhe, percpu::HostKind::kVhe),
                       ::testing::Values(Opened::kNothing, Opened::kEverything));

}  // namespace trivet::tests
