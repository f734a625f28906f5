// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every sequence of operations on two CPUs agrees with the model, which was written from the
// contract.
//
// Sequences are paths in a graph (see explorer.h). That of both CPUs at once is tried to a small
// depth, and to depth 8 in exhaustive_sequence_test. Here the graph of each CPU alone is tried to
// depth 8 while the other CPU's data is on inaccessible pages: an operation on one CPU neither
// depends on the other nor changes it. So a sequence on two CPUs is one on
// each, interleaved, and every interleaving of tried ones does what they do.

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "percpu/host_kind.h"
#include "sim/profiles/profile.h"
#include "tests/percpu/sequence/explorer.h"
#include "tests/percpu/sequence/subject.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;

constexpr unsigned kDepth = 8;
/// How deep both CPUs are tried together: TOGETHER in the environment.
unsigned DepthTogether() {
  const char* depth = std::getenv("TOGETHER");
  return depth == nullptr ? 4 : static_cast<unsigned>(std::stoul(depth));
}

class Sequences : public ::testing::TestWithParam<HostKind> {
 protected:
  static constexpr unsigned kCpus = 2;

  const sim::Profile& Profile() const {
    return sim::ProfileNamed(GetParam() == HostKind::kVhe ? "neoverse-v1" : "cortex-a72");
  }

  static void Report(const char* what, const Explorer::Result& result, unsigned cpus) {
    std::size_t states = 0;
    for (const std::size_t n : result.states) states += n;
    const auto depth = static_cast<unsigned>(result.states.size() - 1);
    std::printf("%s: %zu states, %zu transitions, %.2e sequences of length %u\n", what, states,
                result.transitions, std::pow(cpus * kOperations, depth), depth);
  }

  Subject first_{GetParam(), Profile(), CpuId{0}};
  Subject second_{GetParam(), Profile(), CpuId{1}};
};

using SequencesDeathTest = Sequences;

TEST_P(SequencesDeathTest, AForbiddenCpuCannotBeTouched) {
  second_.SetForbidden(true);
  EXPECT_DEATH((void)second_.cpu().IsEnabled(), "");
  EXPECT_DEATH((void)second_.pe().pc(), "");
  second_.SetForbidden(false);
}

TEST_P(Sequences, OfEachCpuAloneAgreeWithTheModelAndTouchNothingOfTheOther) {
  Subject* const subjects[kCpus] = {&first_, &second_};
  for (unsigned i = 0; i < kCpus; ++i) {
    subjects[1 - i]->SetForbidden(true);
    const Explorer::Result result = Explorer({subjects[i]}).Explore(kDepth);
    subjects[1 - i]->SetForbidden(false);
    Report("one CPU", result, 1);
    ASSERT_EQ(result.disagreement, "");
    ASSERT_EQ(result.states.size(), kDepth + 1);
  }
}

TEST_P(Sequences, OfBothCpusAgreeWithTheModel) {
  const unsigned depth = DepthTogether();
  const Explorer::Result result = Explorer({&first_, &second_}).Explore(depth);
  Report("two CPUs", result, kCpus);
  ASSERT_EQ(result.disagreement, "");
  ASSERT_EQ(result.states.size(), depth + 1);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, SequencesDeathTest, ::testing::Values(HostKind::kNvhe));
INSTANTIATE_TEST_SUITE_P(HostKinds, Sequences,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
