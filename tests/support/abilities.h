// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include "percpu/host_kind.h"

/// What not every machine has, and what its tests then skip.
namespace trivet::tests {

enum class Ability {
  kFiq,  ///< EL2 can raise FIQs: not where the GIC has a secure state, whose they are. "fiq".
  kVhe,  ///< FEAT_VHE, so a host with HCR_EL2.E2H set. "vhe".
};

/// Whether the machine of this test has it. Fails the test where its environment says otherwise
/// (`lacks` in tools/bazel/environments.bzl): nothing is skipped that could run. Once a Machine is
/// there. The simulator has everything.
bool Has(Ability ability);

/// Tests for each kind of host, of which a CPU without VHE skips one.
class EachHostKind : public ::testing::TestWithParam<percpu::HostKind> {
 protected:
  void SetUp() override {
    if (GetParam() == percpu::HostKind::kVhe && !Has(Ability::kVhe)) {
      GTEST_SKIP() << "this machine lacks vhe";
    }
  }
};

}  // namespace trivet::tests
