// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every barrier of every transition is needed, and so is the order of its actions: deletes each
// barrier and swaps each pair of neighbours in the plan that the transition's steps record; each
// change must break a rule.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/percpu/transition_rules.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;
using percpu::Plan;
using Actions = std::vector<Plan::Line>;

struct Subject {
  HostKind kind;
  Direction direction;
  bool pass_through = false;
};

std::string Name(const Plan::Line& line) {
  switch (line.action) {
    case Plan::Action::kIsb: return "ISB";
    case Plan::Action::kDsb: return "DSB";
    case Plan::Action::kTlbi: return "TLBI";
    case Plan::Action::kWrite: return hal::InfoOf(line.register_id).name;
  }
  return "?";
}

bool IsBarrier(const Plan::Line& line) { return line.action != Plan::Action::kWrite; }

class TransitionMutation : public ::testing::TestWithParam<Subject> {
 protected:
  TransitionMutation() : machine_(GetParam().kind) {
    const Plan plan = GetParam().pass_through ? PlanOf<PassThroughTestHost>() : PlanOf<TestHost>();
    for (std::size_t i = 0; i < plan.size(); ++i) actions_.push_back(plan[i]);
    for (const Plan::Line& line : actions_)
      touches_hcr_ |= line.register_id == hal::RegisterId::kHcrEl2;
  }

  template <percpu::Host H>
  static Plan PlanOf() {
    percpu::PerCpu<H> cpu;
    Plan plan;
    EXPECT_EQ(cpu.Create(hal::Cpu::CurrentCpu()), Status::kOk);
    if (GetParam().direction == Direction::kEnable) {
      EXPECT_EQ(cpu.PlanEnable(plan), Status::kOk);
    } else {
      EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
      EXPECT_EQ(cpu.PlanDisable(plan), Status::kOk);
      EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
    }
    return plan;
  }

  bool Survives(const Actions& actions) {
    return BrokenRules(GetParam().direction, actions).empty();
  }

  Machine machine_;
  Actions actions_;
  bool touches_hcr_ = false;
};

TEST_P(TransitionMutation, TheTransitionItselfBreaksNoRule) {
  ASSERT_FALSE(actions_.empty());
  EXPECT_EQ(BrokenRules(GetParam().direction, actions_), std::vector<std::string>());
}

TEST_P(TransitionMutation, NoBarrierCanBeDeleted) {
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    if (!IsBarrier(actions_[i])) continue;
    Actions mutant = actions_;
    mutant.erase(mutant.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(Survives(mutant))
        << Name(actions_[i]) << " number " << i << " of " << actions_[i].step;
  }
}

TEST_P(TransitionMutation, NoTlbiCanBeOfOneVmidOrOfAnotherRegime) {
  unsigned tried = 0;
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    if (actions_[i].action != Plan::Action::kTlbi) continue;
    for (const hal::Tlbi other : {hal::Tlbi::kVmallS12E1, hal::Tlbi::kAllE2}) {
      Actions mutant = actions_;
      mutant[i].tlbi = other;
      EXPECT_FALSE(Survives(mutant)) << percpu::ToString(other) << " in " << actions_[i].step;
      ++tried;
    }
  }
  EXPECT_GT(tried, 0u);
}

/// Why the order of two neighbours is free; null when it is not.
const char* WhyFree(const Plan::Line& first, const Plan::Line& second, bool touches_hcr) {
  if (!IsBarrier(first) && !IsBarrier(second)) {
    return "two writes with no barrier between them may be seen in either order anyway";
  }
  if (IsBarrier(first) != IsBarrier(second) &&
      (first.action == Plan::Action::kDsb || second.action == Plan::Action::kDsb)) {
    return "a DSB waits for memory accesses and maintenance, not for register writes";
  }
  const auto is_isb = [](const Plan::Line& line) { return line.action == Plan::Action::kIsb; };
  if (!touches_hcr && IsBarrier(first) != IsBarrier(second) && !is_isb(first) && !is_isb(second)) {
    return "VM is clear throughout: nothing walks stage 2 while it is written";
  }
  return nullptr;
}

TEST_P(TransitionMutation, EverySwapThatMattersBreaksARule) {
  for (std::size_t i = 0; i + 1 < actions_.size(); ++i) {
    Actions mutant = actions_;
    std::swap(mutant[i], mutant[i + 1]);
    if (Name(mutant[i]) == Name(mutant[i + 1])) continue;
    const bool survives = Survives(mutant);
    const std::string pair = Name(actions_[i]) + ", " + Name(actions_[i + 1]);
    if (const char* why = WhyFree(actions_[i], actions_[i + 1], touches_hcr_)) {
      RecordProperty("free_" + std::to_string(i), pair + ": " + why);
      continue;
    }
    EXPECT_FALSE(survives) << pair << " may be swapped at " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Transitions, TransitionMutation,
                         ::testing::Values(Subject{HostKind::kNvhe, Direction::kEnable},
                                           Subject{HostKind::kNvhe, Direction::kDisable},
                                           Subject{HostKind::kNvheTge, Direction::kEnable},
                                           Subject{HostKind::kNvheTge, Direction::kDisable},
                                           Subject{HostKind::kVhe, Direction::kEnable},
                                           Subject{HostKind::kVhe, Direction::kDisable},
                                           Subject{HostKind::kNvhe, Direction::kEnable, true},
                                           Subject{HostKind::kNvhe, Direction::kDisable, true}));

}  // namespace
}  // namespace trivet::tests
