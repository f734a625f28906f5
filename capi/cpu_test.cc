// SPDX-License-Identifier: Apache-2.0 OR MIT
// One CPU through the C interface: bad input is a status that changes nothing, handlers get their
// own CPU, a pair leaves the host as it was. On the simulator.

#include <cstring>
#include <string>
#include <vector>

#include "capi/rig.h"
#include "hal/register_id.h"
#include "hal/status.h"

namespace trivet::capi {
namespace {

using CCpu = CTest;

TEST_F(CCpu, RefusesAnotherVersionASmallObjectAndAMissingCallback) {
  const trivet_host host = PlainHost();
  const View before = Look();
  trivet_cpu& cpu = cpus_[0];
  EXPECT_EQ(trivet_cpu_create(&cpu, sizeof(cpu), TRIVET_ABI + 1, &host, 0), TRIVET_WRONG_VERSION);
  EXPECT_EQ(trivet_cpu_create(&cpu, sizeof(cpu), 0, &host, 0), TRIVET_WRONG_VERSION);
  EXPECT_EQ(trivet_cpu_create(&cpu, sizeof(cpu) - 1, TRIVET_ABI, &host, 0), TRIVET_TOO_SMALL);
  EXPECT_EQ(trivet_cpu_create(nullptr, sizeof(cpu), TRIVET_ABI, &host, 0), TRIVET_TOO_SMALL);
  auto* const misaligned = reinterpret_cast<trivet_cpu*>(cpu.opaque + 64);
  EXPECT_EQ(trivet_cpu_create(misaligned, sizeof(cpu), TRIVET_ABI, &host, 0), TRIVET_TOO_SMALL);
  for (unsigned i = 0; i < 4; ++i) {
    trivet_host forgetful = host;
    void (** const callbacks[])(trivet_cpu*) = {&forgetful.irq, &forgetful.fiq, &forgetful.serror,
                                                &forgetful.fatal};
    *callbacks[i] = nullptr;
    EXPECT_EQ(Create(0, forgetful), TRIVET_HANDLER_MISSING) << i;
  }
  trivet_host other = host;
  other.policy = TRIVET_POLICY_HOST_ROUTED + 1;
  EXPECT_EQ(Create(0, other), TRIVET_INVALID_ARGUMENT);
  other = host;
  other.vector_base = 0x1400;
  EXPECT_EQ(Create(0, other), TRIVET_INVALID_ARGUMENT);
  EXPECT_EQ(trivet_cpu_enable(&cpu), TRIVET_NOT_CREATED);
  EXPECT_EQ(trivet_cpu_disable(&cpu), TRIVET_NOT_ENABLED);
  EXPECT_EQ(Look(), before);
}

TEST_F(CCpu, EnablesAuditsAndRestores) {
  const View before = Look();
  ASSERT_EQ(Create(0), TRIVET_OK);
  EXPECT_EQ(Create(0), TRIVET_ALREADY_CREATED);
  EXPECT_EQ(trivet_cpu_can_enable(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(Look(), before);
  EXPECT_EQ(trivet_cpu_is_enabled(&cpus_[0]), 0);
  ASSERT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_is_enabled(&cpus_[0]), 1);
  EXPECT_EQ(Look().tpidr, reinterpret_cast<std::uint64_t>(&cpus_[0]));
  EXPECT_NE(Look().vbar, before.vbar);
  EXPECT_EQ(trivet_cpu_audit(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_ALREADY_ENABLED);
  EXPECT_EQ(trivet_cpu_can_disable(&cpus_[0]), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(Look(), before);
}

TEST_F(CCpu, ChangesInTwoPhases) {
  const View before = Look();
  ASSERT_EQ(Create(0), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_act(&cpus_[0], TRIVET_UNDO + 1, TRIVET_ENABLE), TRIVET_INVALID_ARGUMENT);
  EXPECT_EQ(trivet_cpu_act(&cpus_[0], TRIVET_COMMIT, 2), TRIVET_INVALID_ARGUMENT);
  EXPECT_EQ(trivet_cpu_act(&cpus_[0], TRIVET_PREPARE, TRIVET_DISABLE), TRIVET_NOT_ENABLED);
  EXPECT_EQ(trivet_cpu_act(&cpus_[0], TRIVET_PREPARE, TRIVET_ENABLE), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_act(&cpus_[0], TRIVET_UNDO, TRIVET_ENABLE), TRIVET_OK);
  EXPECT_EQ(Look(), before);
  EXPECT_EQ(trivet_cpu_act(&cpus_[0], TRIVET_COMMIT, TRIVET_ENABLE), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_is_enabled(&cpus_[0]), 1);
  EXPECT_EQ(trivet_cpu_act(&cpus_[0], TRIVET_UNDO, TRIVET_ENABLE), TRIVET_OK);
  EXPECT_EQ(Look(), before);
}

TEST_F(CCpu, AnotherCpusObjectIsRefused) {
  ASSERT_EQ(Create(1), TRIVET_OK);
  const View before = Look();
  EXPECT_EQ(trivet_cpu_enable(&cpus_[1]), TRIVET_WRONG_CPU);
  EXPECT_EQ(Look(), before);
}

TEST_F(CCpu, TheHostIsCopiedAndHandlersGetTheirOwnCpu) {
  for (unsigned i = 0; i < 2; ++i) {
    const sim::ScopedPe here(machine_.pe(i));
    trivet_host host = PlainHost();
    ASSERT_EQ(Create(i, host), TRIVET_OK);
    host = {};
    ASSERT_EQ(trivet_cpu_enable(&cpus_[i]), TRIVET_OK);
    machine_.pe(i).RaiseIrq();
    tests::OpenInterruptWindow();
    EXPECT_EQ(calls.irq, i + 1);
    EXPECT_EQ(calls.cpu, &cpus_[i]);
    machine_.pe(i).Raise(sim::InterruptClass::kFiq, true);
    tests::OpenInterruptWindow();
    EXPECT_EQ(calls.fiq, i + 1);
    machine_.pe(i).RaiseSError();
    tests::OpenInterruptWindow();
    EXPECT_EQ(calls.serror, i + 1);
    EXPECT_EQ(trivet_cpu_disable(&cpus_[i]), TRIVET_OK);
  }
}

TEST_F(CCpu, AnErrorHasTheRegisterAndBothValues) {
  ASSERT_EQ(Create(0), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
  const std::uint64_t vectors = Look().vbar;
  pe().Poke(hal::RegisterId::kVbarEl2, 0x55'0000);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_VECTORS_REPLACED);
  trivet_error error;
  trivet_cpu_last_error(&cpus_[0], &error);
  EXPECT_EQ(error.status, static_cast<unsigned>(TRIVET_VECTORS_REPLACED));
  EXPECT_STREQ(trivet_register_name(error.register_id), "VBAR_EL2");
  EXPECT_EQ(error.expected, vectors);
  EXPECT_EQ(error.got, 0x55'0000u);
  EXPECT_STREQ(trivet_register_name(99'999), "none");
  EXPECT_STREQ(trivet_feature_name(99'999), "none");
  pe().Poke(hal::RegisterId::kVbarEl2, vectors);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
}

TEST_F(CCpu, APlanNamesEachActionAndChangesNothing) {
  ASSERT_EQ(Create(0), TRIVET_OK);
  const View before = Look();
  std::vector<trivet_plan_line> lines;
  const trivet_plan_reader keep = [](void* context, const trivet_plan_line* line) {
    static_cast<std::vector<trivet_plan_line>*>(context)->push_back(*line);
  };
  ASSERT_EQ(trivet_cpu_plan_enable(&cpus_[0], keep, &lines), TRIVET_OK);
  EXPECT_EQ(Look(), before);
  bool has_vbar = false, has_isb = false, has_tlbi = false;
  for (const trivet_plan_line& line : lines) {
    if (std::string(line.what) == "VBAR_EL2") has_vbar = line.before == before.vbar;
    has_isb |= std::string(line.what) == "isb";
    has_tlbi |= std::string(line.what).starts_with("tlbi ");
  }
  EXPECT_TRUE(has_vbar && has_isb && has_tlbi) << lines.size();
  const std::size_t count = lines.size();
  EXPECT_EQ(trivet_cpu_plan_disable(&cpus_[0], keep, &lines), TRIVET_NOT_ENABLED);
  EXPECT_EQ(lines.size(), count);
}

TEST_F(CCpu, LifeEventsAreTheirCppCalls) {
  const View before = Look();
  ASSERT_EQ(Create(0), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_resumed(&cpus_[0]), TRIVET_NOT_ENABLED);
  ASSERT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
  const View enabled = Look();
  ASSERT_EQ(trivet_cpu_prepare_suspend(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(Look(), before);
  ASSERT_EQ(trivet_cpu_suspend_failed(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(Look(), enabled);
  ASSERT_EQ(trivet_cpu_prepare_suspend(&cpus_[0]), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_resumed(&cpus_[0]), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_hand_over(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(Look(), before);
  EXPECT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_NOT_CREATED);
  ASSERT_EQ(Create(0), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
  trivet_cpu_panic(&cpus_[0]);
  EXPECT_EQ(Look(), before);
  ASSERT_EQ(Create(0), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
  trivet_cpu_powered_down(&cpus_[0]);
  EXPECT_EQ(trivet_cpu_is_enabled(&cpus_[0]), 0);
}

TEST_F(CCpu, APolicyPerRunLeavesTheVectorsToTheHost) {
  trivet_host host = PlainHost();
  host.policy = TRIVET_POLICY_PER_RUN;
  ASSERT_EQ(Create(0, host), TRIVET_OK);
  const View before = Look();
  ASSERT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(Look().vbar, before.vbar);
  EXPECT_EQ(Look().tpidr, before.tpidr);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
}

TEST(CStatus, EveryCodeHasItsOwnText) {
  std::vector<std::string> texts;
  for (unsigned i = 0; i <= static_cast<unsigned>(Status::kPeerFailed); ++i) {
    texts.emplace_back(trivet_status_text(static_cast<trivet_status>(i)));
  }
  texts.emplace_back(trivet_status_text(TRIVET_WRONG_VERSION));
  texts.emplace_back(trivet_status_text(TRIVET_TOO_SMALL));
  EXPECT_EQ(texts.front(), "TRIVET_OK");
  EXPECT_EQ(texts[6], "TRIVET_WRONG_CPU");
  std::ranges::sort(texts);
  EXPECT_EQ(std::ranges::adjacent_find(texts), texts.end());
  EXPECT_STREQ(trivet_status_text(static_cast<trivet_status>(77)), "an unknown trivet_status");
}

}  // namespace
}  // namespace trivet::capi
