// SPDX-License-Identifier: Apache-2.0 OR MIT
// Each slot finder leads each exception to the CPU's own page, on two CPUs, and leaves TPIDR_EL2 to
// the host; a wrong set-up is an error of its own and changes nothing. In every environment.

#include <gtest/gtest.h>

#include <cstdint>
#include <new>
#include <tuple>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/finder_rig.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "vcpu/vcpu.h"

constinit trivet::percpu::PerCpu<trivet::tests::SymbolHost> trivet_test_symbol_page;

namespace trivet::tests {

namespace {
alignas(Area::kSize) std::byte areas[2][Area::kSize];
}  // namespace

std::uint64_t Area::Of(unsigned cpu) { return reinterpret_cast<std::uint64_t>(&areas[cpu]); }

void Area::Point(unsigned cpu, std::uint64_t page) {
  for (const std::size_t pointer : kPointers) {
    *reinterpret_cast<std::uint64_t*>(Of(cpu) + pointer) = page;
  }
}

namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vcpu::ExitReason;
using By = vectors::SlotFinder::By;

std::uint64_t Address(const void* object) { return reinterpret_cast<std::uint64_t>(object); }

/// From enable to disable on one CPU; the results are checked on the first.
template <class H>
struct Life {
  percpu::PerCpu<H>* page;
  unsigned cpu;
  Machine* machine;
  vcpu::BlockStage2 stage2 = {};
  Status enable = {}, audit = {}, unload = {}, disable = {};
  HostView before = {}, after = {};
  std::uint64_t tpidr = 0;  ///< While enabled.
  std::uint64_t found[4] = {};
  unsigned hooked = 0;
  Status runs[3] = {};
  ExitReason exits[3] = {};
  std::uint64_t found_later[2] = {};

  static void Enable(void* argument) {
    auto& life = *static_cast<Life*>(argument);
    TestHost::Here() = {};
    Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(Area::Of(life.cpu)));
    life.before = HostView::Now();
    (void)life.page->Create(Cpu::CurrentCpu());
    life.enable = life.page->HardwareEnable();
    life.tpidr = Cpu::Read<TpidrEl2>().raw();
  }

  static std::uint64_t Found(void (*take)(Life&), Life& life) {
    TestHost::Here().last_slot = nullptr;
    take(life);
    return Address(TestHost::Here().last_slot);
  }
  static void TakeIrq(Life& life) {
    life.machine->TriggerIrq();
    OpenInterruptWindow();
  }
  static void TakeFiq(Life& life) {
    life.machine->TriggerFiq();
    OpenInterruptWindow();
  }

  /// During a run the vectors are Trivet's under every kind of host.
  static vectors::InPlace Hook(vectors::InPlaceExit& exit) {
    auto& life = *static_cast<Life*>(exit.guest->in_place.context);
    if (++life.hooked != 1) return vectors::InPlace::kExit;
    life.found[0] = Found(&TakeIrq, life);
    life.found[1] = Found(&TakeFiq, life);
    life.found[2] = Found([](Life&) { TakeSError(); }, life);
    life.found[3] = Found([](Life&) { TakeCrash(); }, life);
    return vectors::InPlace::kResume;
  }

  void Run(vcpu::Vcpu& guest, unsigned n) {
    const Result<vcpu::Exit> exit = guest.Run(*page);
    runs[n] = exit.error_or(Status::kOk);
    if (exit.has_value()) exits[n] = exit->reason;
  }

  static void Live(void* argument) {
    auto& life = *static_cast<Life*>(argument);
    ShowToTableWalks(&life.stage2, sizeof(life.stage2));
    vcpu::Config config = ConfigGuest(life.stage2, static_cast<std::uint16_t>(7 + life.cpu));
    (void)MapGuest(life.stage2);
    config.in_place = {.synchronous = &Hook, .context = &life};
    vcpu::Vcpu guest(config);
    life.Run(guest, 0);  // HVC is resumed, SMC is not.
    life.machine->TriggerIrq();
    life.Run(guest, 1);
    life.found_later[0] = Found([](Life&) { OpenInterruptWindow(); }, life);
    life.machine->TriggerFiq();
    life.Run(guest, 2);
    life.found_later[1] = Found([](Life&) { OpenInterruptWindow(); }, life);
    life.audit = life.page->Audit();
    life.unload = guest.Unload(*life.page);
  }

  static void Disable(void* argument) {
    auto& life = *static_cast<Life*>(argument);
    life.disable = life.page->HardwareDisable();
    life.after = HostView::Now();
    Cpu::Write<TpidrEl2>({});
  }

  void ExpectItsOwnPage(HostKind kind) const {
    EXPECT_EQ(enable, Status::kOk);
    EXPECT_EQ(tpidr, Area::Of(cpu));
    for (const std::uint64_t slot : found) EXPECT_EQ(slot, Address(page));
    // Between runs a VHE host takes its interrupts itself.
    for (const std::uint64_t slot : found_later) {
      EXPECT_EQ(slot, kind == HostKind::kVhe ? 0 : Address(page));
    }
    EXPECT_EQ(page->crash().vector, 0x200u);
    EXPECT_EQ(hooked, 2u);
    for (const Status run : runs) EXPECT_EQ(run, Status::kOk);
    EXPECT_EQ(exits[0], ExitReason::kSecureMonitorCall);
    EXPECT_EQ(exits[1], ExitReason::kIrq);
    EXPECT_EQ(exits[2], ExitReason::kFiq);
    EXPECT_EQ(audit, Status::kOk);
    EXPECT_EQ(unload, Status::kOk);
    EXPECT_EQ(disable, Status::kOk);
    EXPECT_TRUE(before == after);
  }
};

/// Calls `visit` with a page of the finder's host for CPU `cpu`, to which everything leads.
template <class Visit>
void WithPage(By finder, unsigned cpu, Visit visit) {
  Area::Point(cpu, Area::PageOf(cpu));
  void* const place = reinterpret_cast<void*>(Area::PageOf(cpu));
  switch (finder) {
    case By::kPageAtTpidr:
      return visit(*new (place) percpu::PerCpu<FinderHost<trivet_test_page_at_tpidr>>);
    case By::kPointerAtTpidr:
      return visit(*new (place) percpu::PerCpu<FinderHost<trivet_test_pointer_at_tpidr>>);
    case By::kPageAtStack:
      return visit(*new (place) percpu::PerCpu<FinderHost<trivet_test_page_at_stack>>);
    case By::kPointerAtStack:
      return visit(*new (place) percpu::PerCpu<FinderHost<trivet_test_pointer_at_stack>>);
    default: trivet_test_symbol_page.Panic(); return visit(trivet_test_symbol_page);
  }
}

class Finder : public ::testing::TestWithParam<std::tuple<By, HostKind>> {
 protected:
  Finder() : machine_(kind()) {}
  ~Finder() override { Cpu::Write<TpidrEl2>({}); }
  static By finder() { return std::get<0>(GetParam()); }
  static HostKind kind() { return std::get<1>(GetParam()); }
  Machine machine_;
};

TEST_P(Finder, LeadsEachExceptionToTheCpusOwnPageAndLeavesTpidrToTheHost) {
  WithPage(finder(), 0, [&]<class H>(percpu::PerCpu<H>& page) {
    static Life<H> first, second;
    OtherCpu other(kind());
    first = {.page = &page, .cpu = 0, .machine = &machine_};
    RunOnStackOf(0, &Life<H>::Enable, &first);
    if (finder() != By::kPageAtSymbol) {
      Area::Point(1, Area::PageOf(1));
      auto& another = *new (reinterpret_cast<void*>(Area::PageOf(1))) percpu::PerCpu<H>;
      second = {.page = &another, .cpu = 1, .machine = &machine_};
      for (auto* const phase : {&Life<H>::Enable, &Life<H>::Live, &Life<H>::Disable}) {
        other.Run(phase, &second);
      }
      second.ExpectItsOwnPage(kind());
    }
    RunOnStackOf(0, &Life<H>::Live, &first);
    RunOnStackOf(0, &Life<H>::Disable, &first);
    first.ExpectItsOwnPage(kind());
  });
}

/// One thing that is not as the finder needs it.
struct Fault {
  By finder;
  Status status;
  std::uint64_t tpidr = Area::Of(0);
  std::uint64_t pointer = Area::PageOf(0);
  unsigned stack = 0;  ///< Whose.
};

template <class H>
struct Call {
  percpu::PerCpu<H>& page;
  Status (percpu::PerCpu<H>::*call)();
  Status status = Status::kOk;

  static void Do(void* argument) {
    auto& call = *static_cast<Call*>(argument);
    call.status = (call.page.*call.call)();
  }
};

template <class H>
Status CallOnStackOf(unsigned cpu, percpu::PerCpu<H>& page,
                     Status (percpu::PerCpu<H>::*function)()) {
  Call<H> call{page, function};
  RunOnStackOf(cpu, &Call<H>::Do, &call);
  return call.status;
}

/// Enable refuses `fault`; Audit reports one that comes later.
template <class H>
void ExpectStatus(percpu::PerCpu<H>& page, const Fault& fault) {
  using Page = percpu::PerCpu<H>;
  const auto set_up = [](std::uint64_t tpidr, std::uint64_t pointer) {
    Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(tpidr));
    Area::Point(0, pointer);
    Area::Point(1, Area::PageOf(1));
  };
  ASSERT_EQ(page.Create(Cpu::CurrentCpu()), Status::kOk);
  set_up(fault.tpidr, fault.pointer);
  const HostView before = HostView::Now();
  EXPECT_EQ(CallOnStackOf(fault.stack, page, &Page::CanEnable), fault.status);
  EXPECT_EQ(CallOnStackOf(fault.stack, page, &Page::HardwareEnable), fault.status);
  if (fault.status != Status::kOk) {
    EXPECT_EQ(page.last_error().expected, Address(&page));
    EXPECT_NE(page.last_error().got, Address(&page));
    EXPECT_TRUE(HostView::Now() == before);
    set_up(Area::Of(0), Area::PageOf(0));
    ASSERT_EQ(CallOnStackOf(0, page, &Page::HardwareEnable), Status::kOk);
    set_up(fault.tpidr, fault.pointer);
    const bool per_run = page.host_kind() == HostKind::kVhe;
    EXPECT_EQ(CallOnStackOf(fault.stack, page, &Page::Audit), per_run ? Status::kOk : fault.status);
  }
  EXPECT_EQ(page.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before) << "a TPIDR_EL2 that the host changed is kept";
}

TEST_P(Finder, ThatIsSetUpWronglyIsAnErrorAndNothingIsChanged) {
  const std::uint64_t next = Area::PageOf(1), misaligned = Area::PageOf(0) + 8;
  const Fault faults[] = {
      {By::kPageAtTpidr, Status::kSlotMissing, 0},
      {By::kPageAtTpidr, Status::kWrongSlot, Area::Of(1)},
      {By::kPageAtTpidr, Status::kSlotMisaligned, Area::Of(0) + 8},
      {By::kPointerAtTpidr, Status::kSlotMissing, 0},
      {By::kPointerAtTpidr, Status::kSlotMisaligned, Area::Of(0) + 4},
      {By::kPointerAtTpidr, Status::kSlotMissing, Area::Of(0), 0},
      {By::kPointerAtTpidr, Status::kWrongSlot, Area::Of(0), next},
      {By::kPointerAtTpidr, Status::kSlotMisaligned, Area::Of(0), misaligned},
      {By::kPageAtStack, Status::kOk, 0, 0},
      {By::kPageAtStack, Status::kWrongSlot, Area::Of(0), next, 1},
      {By::kPointerAtStack, Status::kOk, 0},
      {By::kPointerAtStack, Status::kSlotMissing, Area::Of(0), 0},
      {By::kPointerAtStack, Status::kWrongSlot, Area::Of(0), next},
      {By::kPointerAtStack, Status::kSlotMisaligned, Area::Of(0), misaligned},
      {By::kPointerAtStack, Status::kWrongSlot, Area::Of(0), Area::PageOf(0), 1},
      {By::kPageAtSymbol, Status::kOk, 0, 0, 1},
  };
  for (const Fault& fault : faults) {
    if (fault.finder != finder()) continue;
    WithPage(finder(), 0, [&]<class H>(percpu::PerCpu<H>& page) { ExpectStatus(page, fault); });
  }
}

INSTANTIATE_TEST_SUITE_P(Finders, Finder,
                         ::testing::Combine(::testing::Values(By::kPageAtTpidr, By::kPointerAtTpidr,
                                                              By::kPageAtStack, By::kPointerAtStack,
                                                              By::kPageAtSymbol),
                                            ::testing::Values(HostKind::kNvhe, HostKind::kVhe)));

}  // namespace
}  // namespace trivet::tests
