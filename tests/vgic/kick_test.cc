// SPDX-License-Identifier: Apache-2.0 OR MIT
// A post and a run that meet at every step: no wake-up is lost.

#include <gtest/gtest.h>

#include <functional>

#include "sim/gic/list_registers.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "tests/vgic/stepped_word.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic::kick_test {
namespace {

using Manager = VirtualCpuInterface<GicV3Interface, 4, 2, SteppedWord>;

constexpr std::uint32_t kSgi = 3;

/// Runs `first`; when it is about to make access number `at` of a shared word, `second` runs as a
/// whole. False: `first` makes fewer.
bool Interleave(unsigned at, const std::function<void()>& first,
                const std::function<void()>& second) {
  unsigned steps = 0;
  bool met = false;
  SteppedWord::before = [&] {
    if (met || steps++ != at) return;
    met = true;
    second();
  };
  first();
  SteppedWord::before = nullptr;
  return met;
}

class Kick : public ::testing::Test {
 protected:
  Kick() {
    EXPECT_EQ(manager_.Create(), Status::kOk);
    EXPECT_EQ(manager_.Load(), Status::kOk);
  }
  void Post() {
    const auto receiver = manager_.Post(1, Interrupt::Edge(kSgi));
    ASSERT_TRUE(receiver);
    kicked_ = kicked_ || receiver->where == Where::kGuest;
  }
  bool HasSgi() {
    bool found = false;
    manager_.ForEach([&](ListRegister value) { found = found || value.vintid() == kSgi; });
    return found;
  }

  sim::Pe pe_{sim::ProfileNamed("max")};
  const sim::ScopedPe current_{pe_};
  Manager manager_;
  bool kicked_ = false;
};

/// The guest is entered without the interrupt only if a kick is on its way.
TEST_F(Kick, APostAtAnyStepOfAnEntryIsTakenOrKicks) {
  for (unsigned at = 0;; ++at) {
    kicked_ = false;
    if (!Interleave(at, [&] { manager_.BeginRun(); }, [&] { Post(); })) break;
    EXPECT_TRUE(HasSgi() || kicked_) << "step " << at;
    manager_.TakePosts();  // What the kick does.
    EXPECT_TRUE(HasSgi()) << "step " << at;
    manager_.EndRun();
    EXPECT_EQ(manager_.Retract(kSgi), Status::kOk);
  }
}

TEST_F(Kick, AnEntryAtAnyStepOfAPostIsKickedOrTakesIt) {
  for (unsigned at = 0;; ++at) {
    kicked_ = false;
    if (!Interleave(at, [&] { Post(); }, [&] { manager_.BeginRun(); })) break;
    EXPECT_TRUE(HasSgi() || kicked_) << "step " << at;
    manager_.TakePosts();
    EXPECT_TRUE(HasSgi()) << "step " << at;
    manager_.EndRun();
    EXPECT_EQ(manager_.Retract(kSgi), Status::kOk);
  }
}

/// A taker that is interrupted by a second post of the same interrupt takes that one too.
TEST_F(Kick, APostAtAnyStepOfATakeIsNotTakenForTheOneBefore) {
  for (unsigned at = 0;; ++at) {
    Post();
    unsigned taken = 0;
    const bool met = Interleave(
        at,
        [&] {
          manager_.TakePosts();
          taken += HasSgi() ? 1 : 0;
        },
        [&] {
          taken += HasSgi() ? 1 : 0;  // The guest could have taken it by now.
          EXPECT_EQ(manager_.Retract(kSgi), Status::kOk);
          Post();
        });
    manager_.TakePosts();
    EXPECT_TRUE(HasSgi()) << "step " << at << ", " << taken;
    EXPECT_EQ(manager_.Retract(kSgi), Status::kOk);
    if (!met) break;
  }
}

/// Before a vCPU waits, it looks: a post at any step of the look is seen by it or sees kAway.
TEST_F(Kick, APostAtAnyStepOfAnUnloadIsFoundByTheLookBehindIt) {
  for (unsigned at = 0;; ++at) {
    bool pending = false;
    Where where = Where::kGuest;
    const bool met = Interleave(
        at,
        [&] {
          manager_.Unload();
          manager_.controls().vmcr = hal::IchVmcrEl2().vpmr(0xf8).veng1(true);
          pending = manager_.HasPending();
        },
        [&] {
          const auto receiver = manager_.Post(1, Interrupt::Edge(kSgi));
          ASSERT_TRUE(receiver);
          where = receiver->where;
        });
    if (!met) break;
    EXPECT_TRUE(pending || where == Where::kAway) << "step " << at;
    manager_.TakePosts();
    EXPECT_TRUE(HasSgi());
    EXPECT_EQ(manager_.Retract(kSgi), Status::kOk);
    EXPECT_EQ(manager_.Load(), Status::kOk);
  }
}

}  // namespace
}  // namespace trivet::vgic::kick_test
