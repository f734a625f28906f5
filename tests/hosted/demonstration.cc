// SPDX-License-Identifier: Apache-2.0 OR MIT
// Trivet under resident firmware: enables and disables virtualization twenty times, with the
// firmware's interrupts and a guest in between, and returns.

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "hal/cpu.h"
#include "hal/register_info.h"
#include "percpu/per_cpu.h"
#include "platforms/hosted/host.h"
#include "platforms/image_lines.h"
#include "tests/hosted/host_clock.h"
#include "tests/hosted/report.h"
#include "tests/hosted/resident_host.h"
#include "tests/hosted/round.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using percpu::PerCpu;
using platforms::hosted::Host;

constexpr unsigned kRounds = 20;
constexpr int kPassed = 0, kFailed = 1;

constinit PerCpu<ResidentHost> the_cpu;
constinit Round round;

/// [u-boot] its global data; [uefi] 2.3.6: reserved. The firmware's handlers may use it any time.
std::uint64_t PlatformRegister() {
  std::uint64_t x18;
  asm volatile("mov %0, x18" : "=r"(x18));
  return x18;
}

/// 1 in the file, and so at each start. volatile, so that the compiler does not move it to .bss.
volatile int starts = 1;

/// Sums over all rounds.
struct Totals {
  unsigned rounds = 0, hypercalls = 0, waits = 0, irqs = 0;
  unsigned ours = 0, hosts = 0;

  void Add(const Round& r) {
    ++rounds;
    hypercalls += r.hypercalls;
    waits += r.waits;
    irqs += r.irqs;
    ours += r.all.through_ours;
    hosts += r.all.through_hosts;
  }
};

void CheckRegisters(Report& report, bool tell) {
  const auto result = RegisterSnapshot::Compare(
      round.before, round.after,
      [&](RegisterId id, std::uint64_t before, std::uint64_t after, const char* excuse) {
        if (excuse == nullptr || tell) report.Difference(InfoOf(id).name, before, after, excuse);
      });
  report.Check(result.changed == 0, "every other register is as before");
}

/// Interrupts arrived through the vectors that this kind of firmware leaves them to.
void CheckInterrupts(Report& report, const Interrupts& interrupts) {
  if (interrupts.expected()) report.Check(round.irqs > 0, "an interrupt ended a run");
  if (interrupts.own.is_enabled()) report.Check(round.own > 0, "the image's own interrupt came");
  if (!interrupts.host.ticks()) return;
  const bool vhe = round.kind == HostKind::kVhe;
  report.Check(vhe ? round.window.through_hosts > 0 && round.all.through_ours == 0
                   : round.window.through_ours > 0 && round.all.through_hosts == 0,
               "the host took its clock's interrupts through the right vectors");
}

void CheckRound(Report& report, const Interrupts& interrupts, bool first) {
  report.Check(round.enable == Status::kOk, "enable");
  if (round.enable != Status::kOk) {
    const percpu::Error& error = the_cpu.last_error();
    report.Value("error", static_cast<std::uint64_t>(error.status));
    report.Value("register", static_cast<std::uint64_t>(error.register_id));
    report.Value("expected", error.expected);
    report.Value("got", error.got);
  }
  report.Check(
      round.run == Status::kOk && round.hypercalls == 2 && round.waits == 1 && round.others == 0,
      "the guest ran: hypercall, WFI, hypercall");
  report.Check(round.audit == Status::kOk && round.unload == Status::kOk, "audit and unload");
  report.Check(round.disable == Status::kOk, "disable");
  report.Check(round.mask_kept, "the interrupt mask is the host's after each call");
  CheckInterrupts(report, interrupts);
  CheckRegisters(report, first);
}

void DescribeHost(Report& report) {
  report.Value("HCR_EL2", Cpu::Read<HcrEl2>().raw());
  report.Value("VBAR_EL2", Cpu::Read<VbarEl2>().raw());
  report.Value("DAIF", Cpu::Read<Daif>().raw());
}

void DescribeTotals(Report& report, const Totals& totals) {
  report.Count(totals.rounds, "times enabled and disabled");
  report.Count(totals.hypercalls, "hypercalls");
  report.Count(totals.waits, "trapped WFIs");
  report.Count(totals.irqs, "runs ended by an interrupt");
  report.Count(totals.ours, "interrupts of the host through Trivet's vectors at EL2");
  report.Count(totals.hosts, "interrupts through the host's own vectors");
  report.Count(round.before.count(), "registers compared");
}

/// A load from an unmapped address: the firmware's own handler reports it.
void Abort(Report& report) {
  report.Check(the_cpu.HardwareEnable() == Status::kOk, "enable");
  const std::uint64_t unmapped = std::uint64_t{0xffff} << 48 | 0x1230;
  asm volatile("mov x19, #0x1919\n ldr xzr, [%0]" ::"r"(unmapped) : "x19");
}

bool HasArgument(const Host& host, std::string_view word) {
  return std::ranges::any_of(host.arguments,
                             [=](const char* argument) { return argument == word; });
}

int Demonstrate(const Host& host, Report& report) {
  const std::uint64_t x18 = PlatformRegister();
  DescribeHost(report);
  report.Check(starts == 1, "the image is as it was loaded");
  starts = 2;
  const ChainTablePage page;
  report.Check(page.is_usable(), "memory for a chain table near the host's vectors");
  report.Check(the_cpu.Create(Cpu::CurrentCpu()) == Status::kOk, "create");
  if (report.failures() != 0) return kFailed;
  if (HasArgument(host, "abort")) Abort(report);
  Totals totals;
  {
    const HostClock clock(host, page.base());
    const OwnInterrupt own(HasArgument(host, "interrupt"));
    platforms::hosted::Write(clock.ticks() ? "the host takes interrupts\n"
                                           : "the host takes no interrupts\n");
    for (unsigned i = 0; i < kRounds && report.failures() == 0; ++i) {
      round = {};
      LiveOneRound(the_cpu, {clock, own}, round);
      CheckRound(report, {clock, own}, i == 0);
      totals.Add(round);
    }
  }
  DescribeTotals(report, totals);
  report.Check(PlatformRegister() == x18, "x18 is as before");
  report.Check(HostsTimersWork(host), "the host's timers work");
  return report.failures() == 0 ? kPassed : kFailed;
}

}  // namespace
}  // namespace trivet::tests

namespace trivet::platforms::hosted {

int Main(const Host& host) {
  OnAbort([] { tests::the_cpu.Panic(); });
  tests::Report report;
  const int status = tests::Demonstrate(host, report);
  Write(trivet::platforms::ResultLine(status == 0));
  return status;
}

}  // namespace trivet::platforms::hosted
