// SPDX-License-Identifier: Apache-2.0 OR MIT
// Three CPUs and one vCPU that goes off and is started again: every order of their loads and
// stores.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>

#include "hal/registers.h"
#include "tests/support/interleavings.h"
#include "vcpu/psci/guest_psci.h"

namespace trivet::tests::psci_race_test {
namespace {

using vcpu::PsciAction;
using Psci = vcpu::GuestPsci<3, Word>;

constexpr std::uint64_t kOn64 = 0xc400'0003;
constexpr bool kWithAddressSanitizer = __has_feature(address_sanitizer);

/// vCPU 2 stops, and vCPUs 0 and 1 start it, with entries and contexts of their own.
struct Race {
  Psci psci;
  std::int64_t results[2] = {};
  unsigned starts = 0;

  explicit Race(vcpu::psci::CpuState before) {
    const hal::MpidrEl1 affinities[] = {hal::MpidrEl1::FromRaw(0), hal::MpidrEl1::FromRaw(1),
                                        hal::MpidrEl1::FromRaw(2)};
    psci.Create(affinities, 3);
    if (before == vcpu::psci::CpuState::kOn) (void)psci.Started(2);
  }
  void Start(unsigned self) {
    vectors::GuestFrame frame = {};
    frame.x[0] = kOn64;
    frame.x[1] = 2;
    frame.x[2] = 0x1000 * (self + 1);
    frame.x[3] = 0xa0 + self;
    const PsciAction action = psci.Handle(self, frame);
    results[self] = static_cast<std::int64_t>(frame.x[0]);
    if (action.kind != PsciAction::Kind::kStart) return;
    ++starts;
    const Psci::Entry entry = psci.Started(action.cpu);
    EXPECT_EQ(entry.address, 0x1000u * (self + 1));
    EXPECT_EQ(entry.context, 0xa0u + self);
  }
};

TEST(PsciRace, OneOfTwoStartsSucceedsInEveryOrder) {
  if (kWithAddressSanitizer) GTEST_SKIP() << "AddressSanitizer does not follow contexts";
  std::shared_ptr<Race> race;
  unsigned successes[2] = {}, none = 0;
  Interleavings orders([&] {
    race = std::make_shared<Race>(vcpu::psci::CpuState::kOn);
    return Interleavings::Run{
        .threads = {[race] { race->Start(0); }, [race] { race->Start(1); },
                    [race] { race->psci.Stopped(2); }},
        .check = [&] {
          EXPECT_LE(race->starts, 1u);
          none += race->starts == 0 ? 1 : 0;
          for (unsigned i = 0; i < 2; ++i) {
            const std::int64_t result = race->results[i];
            EXPECT_TRUE(result == 0 || result == -4 || result == -5) << result;
            successes[i] += result == 0 ? 1 : 0;
          }
          EXPECT_EQ(race->psci.StateOf(2),
                    race->starts == 1 ? vcpu::psci::CpuState::kOn : vcpu::psci::CpuState::kOff);
        }};
  });
  const std::size_t states = orders.Explore();
  std::printf("%zu states, %zu runs\n", states, orders.runs());
  EXPECT_FALSE(orders.stuck());
  EXPECT_LT(states, 1'000'000u);
  EXPECT_GT(successes[0], 0u);
  EXPECT_GT(successes[1], 0u);
  EXPECT_GT(none, 0u) << "both before the stop";
}

/// A lock that everyone has.
template <unsigned kCpus, template <class> class Atomic>
struct NoLock {
  void Lock(unsigned) {}
  void Unlock(unsigned) {}
};

template <class Lock>
unsigned MostInside() {
  struct Shared {
    Lock lock;
    Word<std::uint64_t> inside = 0;
    unsigned most = 0;
  };
  unsigned most = 0;
  std::shared_ptr<Shared> shared;
  Interleavings orders([&] {
    shared = std::make_shared<Shared>();
    const auto body = [shared](unsigned self) {
      shared->lock.Lock(self);
      const std::uint64_t others = shared->inside.load();
      shared->inside.store(others + 1);
      shared->most = std::max(shared->most, static_cast<unsigned>(others) + 1);
      shared->inside.store(shared->inside.load() - 1);
      shared->lock.Unlock(self);
    };
    return Interleavings::Run{.threads = {[body] { body(0); }, [body] { body(1); }},
                              .check = [&] { most = std::max(most, shared->most); }};
  });
  std::printf("%zu states\n", orders.Explore());
  EXPECT_FALSE(orders.stuck());
  return most;
}

// Three of them are in the race above.
TEST(BakeryLock, OneCpuAtATimeInEveryOrder) {
  if (kWithAddressSanitizer) GTEST_SKIP() << "AddressSanitizer does not follow contexts";
  EXPECT_EQ((MostInside<vcpu::BakeryLock<2, Word>>()), 1u);
  EXPECT_GT((MostInside<NoLock<2, Word>>()), 1u) << "the exploration sees two";
}

}  // namespace
}  // namespace trivet::tests::psci_race_test
