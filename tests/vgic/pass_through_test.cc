// SPDX-License-Identifier: Apache-2.0 OR MIT
// What becomes of each kind of physical interrupt that is a guest's.

#include "vgic/pass_through.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace trivet::vgic {
namespace {

constexpr std::uint32_t kMaintenance = 25;

/// Writes down every call, in order.
struct Log {
  std::vector<std::uint32_t> pending;
  std::string calls;
  Status injected = Status::kOk;

  void Add(const char* call, std::uint32_t number) {
    calls += std::string(call) + " " + std::to_string(number) + "\n";
  }
};
struct FakeInterface {
  Log& log;
  std::uint32_t Acknowledge() const {
    if (log.pending.empty()) return 1023;
    const std::uint32_t first = log.pending.front();
    log.pending.erase(log.pending.begin());
    return first;
  }
  void End(std::uint32_t acknowledged) const { log.Add("end", acknowledged); }
  std::uint8_t RunningPriority() const {
    log.calls += "priority\n";
    return 0x48;
  }
  void DropPriority(std::uint32_t acknowledged) const { log.Add("drop", acknowledged); }
};
struct FakeManager {
  Log& log;
  void ServeMaintenance() const { log.Add("maintenance", 0); }
  Status Inject(Interrupt interrupt) const {
    const ListRegister value = interrupt.value();
    log.Add(value.hw() ? "inject hardware" : "inject", value.vintid());
    EXPECT_EQ(value.priority(), 0x48);
    if (value.hw()) EXPECT_EQ(value.pintid(), value.vintid());
    return log.injected;
  }
};

Status Take(Log& log) {
  FakeManager manager{log};
  return TakeInterrupts(FakeInterface{log}, manager, kMaintenance, [](Interrupt interrupt) {
    return interrupt.intid() < kFirstLpi ? interrupt.priority(0x48) : interrupt;
  });
}

TEST(TakeInterrupts, EachKindHasItsEnd) {
  Log log = {.pending = {3, 27, 25, 1019, 8192, 15}};
  EXPECT_EQ(Take(log), Status::kOk);
  EXPECT_EQ(log.calls,
            "end 3\ninject 3\n"
            "drop 27\ninject hardware 27\n"
            "maintenance 0\nend 25\n"
            "drop 1019\ninject hardware 1019\n"
            "priority\ndrop 8192\ninject 8192\n"
            "end 15\ninject 15\n");
}

/// [gic2] GICC_IAR.CPUID.
TEST(TakeInterrupts, AnSgiOfAGicV2KeepsItsSender) {
  Log log = {.pending = {5 << 10 | 2}};
  EXPECT_EQ(Take(log), Status::kOk);
  EXPECT_EQ(log.calls, "end 5122\ninject 5122\n");
}

TEST(TakeInterrupts, ARefusedInterruptIsReportedAndTheRestStaysPending) {
  Log log = {.pending = {40, 41}, .injected = Status::kNoRoom};
  EXPECT_EQ(Take(log), Status::kNoRoom);
  EXPECT_EQ(log.pending, std::vector<std::uint32_t>{41});
}

}  // namespace
}  // namespace trivet::vgic
