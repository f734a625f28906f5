// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest's timer fires as often as the guest sets it, while its vCPU is loaded, unloaded and moved
// between CPUs at random.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "hal/cpu.h"
#include "tests/support/host_of_kind.h"
#include "tests/timers/timer_machine.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/switched.h"
#include "vgic/timers/guest_timer.h"
#include "vgic/timers/saved_timers.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using Manager = vgic::VirtualCpuInterface<vgic::GicV3Interface, 4, 1>;

constexpr std::uint64_t kOffset = 0x1234'5678'9abc;  ///< CNTVOFF_EL2 of the guest.
constexpr std::uint64_t kUnmaskedIrq = 0x345;        ///< EL1h; D, A and F masked.
[[clang::no_destroy]] vcpu::BlockStage2 stage2;

class Firings {
 public:
  Firings(bool physical, unsigned wanted)
      : physical_(physical), wanted_(wanted), timer_(manager_, Intid(), Intid(), 0x80) {}

  unsigned fired() const { return fired_; }
  unsigned lost() const { return lost_; }
  unsigned extra() const { return extra_; }
  unsigned moves() const { return moves_; }
  unsigned waits() const { return waits_; }
  /// What went wrong first; null: nothing. Kept, since only CPU 0 has the stack to report it.
  const char* failure() const { return failure_; }

  static unsigned Turn(unsigned cpu, percpu::PerCpu<TestHost>& state, void* firings) {
    return static_cast<Firings*>(firings)->TakeTurn(cpu, state);
  }

 private:
  unsigned Intid() const { return physical_ ? vgic::kPhysicalTimer : vgic::kVirtualTimer; }
  std::uint64_t Offset() const { return physical_ ? 0 : kOffset; }
  unsigned Random(unsigned n) {
    random_ = random_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<unsigned>((random_ >> 33) % n);
  }
  void Fail(const char* what) {
    if (ok_) failure_ = what;
    ok_ = false;
  }
  void Require(bool condition, const char* what) {
    if (!condition) Fail(what);
  }

  /// By CPU 0, in its first turn: the others' stacks have no room for it.
  [[gnu::noinline]] void Create() {
    ok_ = manager_.Create() == Status::kOk;
    stage2 = {};
    ShowToTableWalks(&stage2, sizeof(stage2));
    code_.emplace(PlaceTimerGuest(physical_));
    (void)code_->Map(stage2);
    const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2);
    const Capabilities timers =
        physical_ ? Capabilities(Capability::kPhysicalTimer) : Capabilities();
    vcpu_.emplace(vcpu::Config{.entry = code_->entry(),
                               .vtcr = vcpu::BlockStage2::vtcr(),
                               .vttbr = vcpu::BlockStage2::vttbr(table, 5),
                               .open = timers,
                               .counter_offset = kOffset,
                               .interrupts = &switched_});
    percpu::GuestRegisters& registers = vcpu_->registers();
    registers.load.Set<VbarEl1>(VbarEl1::FromRaw(code_->entry() + kVectorsOffset));
    registers.opened_load.Set<IchVmcrEl2>(IchVmcrEl2().vpmr(0xf8).veng1(true));
    vcpu_->frame().pstate = kUnmaskedIrq;
  }

  /// Some runs on this CPU, and, at random, an unload, a wait, another CPU.
  unsigned TakeTurn(unsigned cpu, percpu::PerCpu<TestHost>& state) {
    if (!vcpu_) Create();
    if (!loaded_) Require(timer_.Loading() == Status::kOk, "Loading() fails");
    loaded_ = true;
    for (unsigned runs = 1 + Random(4); ok_ && runs != 0 && fired_ < wanted_; --runs) {
      RunOnce(state);
    }
    const bool ends = !ok_ || fired_ >= wanted_;
    const unsigned next = Random(TimerCpus());
    if (ends || next != cpu || Random(2) == 0) Unload(state);
    if (ends) return kNoCpu;
    if (next != cpu) ++moves_;
    return next;
  }
  void Unload(percpu::PerCpu<TestHost>& state) {
    StopPreemption();
    Require(vcpu_->Unload(state) == Status::kOk, "an unload fails");
    loaded_ = false;
    const vgic::TimerState saved = physical_ ? vgic::PhysicalTimerOf(vcpu_->registers())
                                             : vgic::VirtualTimerOf(vcpu_->registers(), Offset());
    Require(timer_.Check(saved, PhysicalCount()) == Status::kOk, "Check() fails");
    if (Random(4) == 0) WaitFor(saved);
  }
  /// As a host does that has nothing to run: until its own timer says that the guest's expired.
  void WaitFor(const vgic::TimerState& saved) {
    const std::optional<std::uint64_t> deadline = saved.Deadline(PhysicalCount());
    if (!deadline) return;
    while (PhysicalCount() < *deadline) Idle();
    Require(timer_.Check(saved, PhysicalCount()) == Status::kOk, "Check() fails");
    if (!manager_.HasPending() && !HasTaken()) Fail("the deadline comes and nothing is pending");
    ++waits_;
  }

  /// Half of the runs are cut short anywhere, the load included. The others last until the guest
  /// leaves or the timer fires; if they do not end so, the firing is lost.
  void RunOnce(percpu::PerCpu<TestHost>& state) {
    is_short_ = Random(2) == 0;
    StartPreemption(is_short_ ? 1 + Random(2000) : kLongRun);
    const Result<vcpu::Exit> exit = vgic::Run(*vcpu_, manager_, state);
    if (!exit) return Fail("a run fails");
    if (exit->reason == vcpu::ExitReason::kIrq) return TakeInterrupt();
    if (exit->reason != vcpu::ExitReason::kHypercall) return Fail("an exit of another kind");
    switch (exit->syndrome.immediate()) {
      case 1: return Arm();
      case 2: return Handle();
      default: return StartAgain();
    }
  }
  /// As an exception return would.
  void StartAgain() {
    vcpu_->frame().pc = code_->entry();
    vcpu_->frame().pstate = kUnmaskedIrq;
    handling_ = false;
  }
  /// All that are pending, since the preemption has the lower INTID.
  void TakeInterrupt() {
    for (;;) {
      const std::uint32_t intid = vgic::GicV3Interface::Acknowledge();
      if (intid == 1023) return;
      if (intid == Intid()) {
        vgic::GicV3Interface::DropPriority(intid);
        Require(timer_.Fired() == Status::kOk, "Fired() fails");
      } else if (intid == kPreemption) {
        StopPreemption();
        vgic::GicV3Interface::End(intid);
        LookForLoss();
      } else {
        return Fail("another interrupt");
      }
    }
  }
  void LookForLoss() {
    if (is_short_) return;
    late_ = armed_ && PhysicalCount() - Offset() >= compare_ ? late_ + 1 : 0;
    if (late_ < kPatience) return;
    ++lost_;
    Fail("a firing is lost");
  }
  /// The guest's next firing: at once, soon, or a little later.
  void Arm() {
    const unsigned after = Random(3) == 0 ? 0 : Random(1500);
    compare_ = PhysicalCount() - Offset() + after;
    armed_ = true;
    vcpu_->frame().x[0] = compare_;
    vcpu_->frame().x[1] = 1;
  }
  void Handle() {
    const std::uint64_t intid = vcpu_->frame().x[2];
    if (intid != Intid() || !armed_ || PhysicalCount() - Offset() < compare_) {
      ++extra_;
      return Fail("a firing that the guest did not set");
    }
    handling_ = true;
    armed_ = false;
    late_ = 0;
    ++fired_;
  }

  /// The guest has acknowledged the interrupt and not ended it: until it says so, its PC does.
  bool HasTaken() {
    constexpr std::uint64_t kIrqSlot = 0x280, kSlotSize = 0x80;
    const std::uint64_t slot = code_->entry() + kVectorsOffset + kIrqSlot;
    const std::uint64_t pc = vcpu_->frame().pc;
    return handling_ || (pc > slot && pc < slot + kSlotSize);
  }

  static constexpr unsigned kLongRun = 100'000;  ///< Ticks.
  static constexpr unsigned kPatience = 100;     ///< Long runs after the deadline.

  const bool physical_;
  const unsigned wanted_;
  Manager manager_;
  vgic::Switched<Manager> switched_{manager_};
  vgic::GuestTimer<Manager> timer_;
  std::optional<GuestCode> code_;
  std::optional<vcpu::Vcpu> vcpu_;
  const char* failure_ = nullptr;
  bool ok_ = true, loaded_ = false, is_short_ = false;
  bool armed_ = false;     ///< Set and not taken.
  bool handling_ = false;  ///< The guest is between its acknowledge and its end.
  std::uint64_t compare_ = 0, random_ = 5;
  unsigned fired_ = 0, lost_ = 0, extra_ = 0, late_ = 0, moves_ = 0, waits_ = 0;
};

void ExpectFirings(bool physical, unsigned wanted) {
  Firings firings(physical, wanted);
  EXPECT_EQ(TakeTurns(&Firings::Turn, &firings), kTimerCpus);
  EXPECT_TRUE(firings.failure() == nullptr) << firings.failure();
  EXPECT_EQ(firings.fired(), wanted);
  EXPECT_EQ(firings.lost(), 0u);
  EXPECT_EQ(firings.extra(), 0u);
  EXPECT_GT(firings.moves(), wanted / 10);
  EXPECT_GT(firings.waits(), wanted / 50);
}

TEST(GuestTimers, FireAsOftenAsTheGuestSetsThem) { ExpectFirings(false, 10'000); }
TEST(GuestTimers, OfTheVirtualAndThePhysicalCount) { ExpectFirings(true, 2'000); }

}  // namespace
}  // namespace trivet::tests
