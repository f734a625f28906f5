// SPDX-License-Identifier: Apache-2.0 OR MIT
// All CPUs or none through the C interface: threads over two simulated CPUs.

#include <atomic>
#include <thread>

#include "capi/rig.h"

namespace trivet::capi {
namespace {

/// Counts looks; a pause lets the other CPU run.
struct Looks {
  std::uint64_t now = 0;
  unsigned pauses = 0;
  trivet_clock Clock() {
    return {.now = [](void* context) { return ++static_cast<Looks*>(context)->now; },
            .pause =
                [](void* context) {
                  ++static_cast<Looks*>(context)->pauses;
                  std::this_thread::yield();
                },
            .context = this};
  }
};

class CGroup : public CTest {
 protected:
  static constexpr std::uint64_t kLong = ~std::uint64_t{0} / 8, kShort = 50;

  CGroup() {
    EXPECT_EQ(trivet_group_create(&group_, sizeof(group_), TRIVET_ABI, 2), TRIVET_OK);
    EXPECT_EQ(Create(0), TRIVET_OK);
    EXPECT_EQ(Create(1), TRIVET_OK);
  }
  /// A round of both CPUs: the leader's result, and the other's in `joined`.
  trivet_status Round(trivet_operation operation, trivet_status& joined) {
    EXPECT_EQ(trivet_group_announce(&group_, operation), TRIVET_OK);
    std::thread other([this, &joined] {
      const sim::ScopedPe here(machine_.pe(1));
      Looks looks;
      const trivet_clock clock = looks.Clock();
      joined = trivet_group_join(&group_, 1, &cpus_[1], &clock, kLong);
    });
    Looks looks;
    const trivet_clock clock = looks.Clock();
    const trivet_status led = trivet_group_lead(&group_, 0, &cpus_[0], &clock, kLong);
    other.join();
    EXPECT_GT(looks.pauses, 0u);
    return led;
  }

  static inline trivet_group group_;
};

TEST_F(CGroup, BadInputIsAStatus) {
  EXPECT_EQ(trivet_group_create(&group_, sizeof(group_), TRIVET_ABI + 1, 2), TRIVET_WRONG_VERSION);
  EXPECT_EQ(trivet_group_create(&group_, 128, TRIVET_ABI, 2), TRIVET_TOO_SMALL);
  EXPECT_EQ(trivet_group_create(&group_, sizeof(group_), TRIVET_ABI, 0), TRIVET_INVALID_ARGUMENT);
  EXPECT_EQ(trivet_group_create(&group_, sizeof(group_), TRIVET_ABI, 65), TRIVET_INVALID_ARGUMENT);
  const trivet_clock none = {};
  EXPECT_EQ(trivet_group_join(&group_, 0, &cpus_[0], &none, 1), TRIVET_HANDLER_MISSING);
  EXPECT_EQ(trivet_group_lead(&group_, 0, &cpus_[0], &none, 1), TRIVET_HANDLER_MISSING);
  EXPECT_EQ(trivet_group_lead(&group_, 0, &cpus_[0], nullptr, 1), TRIVET_NOT_CREATED);
  EXPECT_EQ(trivet_group_announce(&group_, 2), TRIVET_INVALID_ARGUMENT);
  trivet_report report;
  EXPECT_EQ(trivet_group_report(&group_, 2, &report), TRIVET_INVALID_ARGUMENT);
}

TEST_F(CGroup, BothCpusAreEnabledAndDisabled) {
  trivet_status joined = TRIVET_NOT_CREATED;
  EXPECT_EQ(Round(TRIVET_ENABLE, joined), TRIVET_OK);
  EXPECT_EQ(joined, TRIVET_OK);
  EXPECT_TRUE(trivet_cpu_is_enabled(&cpus_[0]) && trivet_cpu_is_enabled(&cpus_[1]));
  EXPECT_EQ(Round(TRIVET_DISABLE, joined), TRIVET_OK);
  EXPECT_EQ(joined, TRIVET_OK);
  EXPECT_FALSE(trivet_cpu_is_enabled(&cpus_[0]) || trivet_cpu_is_enabled(&cpus_[1]));
}

TEST_F(CGroup, OneCpuThatCannotLeavesBothAsBefore) {
  machine_.pe(1).Poke(hal::RegisterId::kHcrEl2, hal::HcrEl2::Inert().vm(true).rw(true).raw());
  trivet_status joined = TRIVET_OK;
  EXPECT_EQ(Round(TRIVET_ENABLE, joined), TRIVET_IN_USE);
  EXPECT_EQ(joined, TRIVET_IN_USE);
  EXPECT_FALSE(trivet_cpu_is_enabled(&cpus_[0]) || trivet_cpu_is_enabled(&cpus_[1]));
  trivet_report report;
  ASSERT_EQ(trivet_group_report(&group_, 1, &report), TRIVET_OK);
  EXPECT_EQ(report.outcome, static_cast<unsigned>(TRIVET_AS_BEFORE));
  EXPECT_EQ(report.status, static_cast<unsigned>(TRIVET_IN_USE));
  ASSERT_EQ(trivet_group_report(&group_, 0, &report), TRIVET_OK);
  EXPECT_EQ(report.status, static_cast<unsigned>(TRIVET_PEER_FAILED));
}

TEST_F(CGroup, ACpuThatDoesNotComeIsAbsent) {
  ASSERT_EQ(trivet_group_announce(&group_, TRIVET_ENABLE), TRIVET_OK);
  Looks looks;
  const trivet_clock clock = looks.Clock();
  EXPECT_EQ(trivet_group_lead(&group_, 0, &cpus_[0], &clock, kShort), TRIVET_TIMED_OUT);
  EXPECT_FALSE(trivet_cpu_is_enabled(&cpus_[0]));
  trivet_report report;
  ASSERT_EQ(trivet_group_report(&group_, 1, &report), TRIVET_OK);
  EXPECT_EQ(report.outcome, static_cast<unsigned>(TRIVET_ABSENT));
}

}  // namespace
}  // namespace trivet::capi
