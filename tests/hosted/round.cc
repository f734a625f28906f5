// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/hosted/round.h"

#include <cstdint>
#include <new>

#include "hal/cpu.h"
#include "vcpu/kept_pstate.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

extern "C" const char trivet_hosted_guest[];
extern "C" const char trivet_hosted_guest_end[];

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::PerCpu;
using vcpu::BlockStage2;
using vcpu::ExitReason;

constexpr std::uint16_t kVmid = 7;
constexpr std::uint16_t kGuestsLastCall = 2;
// Generous: on a busy machine an emulator delivers interrupts late while its counter runs on.
constexpr std::uint64_t kWindowMicroseconds = 5'000'000;
constexpr std::uint64_t kGuestMicroseconds = 30'000;
constexpr std::uint64_t kGuestMicrosecondsAtMost = 5'000'000;
constexpr std::uint64_t kTimerMicroseconds = 5'000;
constexpr unsigned kMostExits = 1000;

alignas(BlockStage2) std::byte stage2_storage[sizeof(BlockStage2)];

/// The guest runs with its MMU off, so its fetches bypass the caches that hold its code. [arm-arm]
/// DC CVAC; 16 bytes is the smallest line.
void CleanGuest() {
  constexpr std::uint64_t kSmallestLine = 16;
  const auto end = reinterpret_cast<std::uint64_t>(trivet_hosted_guest_end);
  for (auto at = reinterpret_cast<std::uint64_t>(trivet_hosted_guest); at < end;
       at += kSmallestLine) {
    asm volatile("dc cvac, %0" ::"r"(at) : "memory");
  }
  Cpu::Dsb<Domain::kFullSystem>();
}

/// True when the guest has run long enough, or was interrupted.
vcpu::Config GuestConfig(bool will_be_interrupted) {
  auto& stage2 = *new (stage2_storage) BlockStage2();
  const auto entry = reinterpret_cast<std::uint64_t>(trivet_hosted_guest);
  const std::uint64_t block = entry / BlockStage2::kBlockSize * BlockStage2::kBlockSize;
  (void)stage2.Map(block, block, vcpu::MemoryType::kNormal);
  CleanGuest();
  return {
      .entry = entry,
      .argument = CounterTicks(will_be_interrupted ? kGuestMicrosecondsAtMost : kGuestMicroseconds),
      .vtcr = BlockStage2::vtcr(),
      .vttbr = BlockStage2::vttbr(reinterpret_cast<std::uint64_t>(&stage2), kVmid),
      .traps = HcrEl2().twi(true)};
}

/// Counts one exit; true after the guest's last.
bool Serve(vcpu::Vcpu& guest, const vcpu::Exit& exit, const OwnInterrupt& own, Round& round) {
  switch (exit.reason) {
    case ExitReason::kHypercall:
      ++round.hypercalls;
      return exit.syndrome.immediate() == kGuestsLastCall;
    case ExitReason::kWaitTrap:
      ++round.waits;
      guest.SkipInstruction();
      return false;
    case ExitReason::kIrq:
      // The firmware has taken it already, if interrupts were unmasked when Run() returned.
      if (own.Take()) ++round.own;
      ++round.irqs;
      guest.frame().x[0] = 0;  // Ends its loop.
      return false;
    default: ++round.others; return true;
  }
}

/// Runs the guest to its last hypercall. `mask`: the host's PSTATE.DAIF.
void RunGuest(PerCpu<ResidentHost>& cpu, const Interrupts& interrupts, Daif mask, Round& round) {
  const vcpu::KeptPstate host;
  vcpu::Vcpu guest(GuestConfig(interrupts.expected()));
  guest.frame().x[3] = CounterTicks(kTimerMicroseconds);
  for (unsigned exits = 0; exits < kMostExits; ++exits) {
    const Result<vcpu::Exit> exit = guest.Run(cpu);
    round.run = exit ? Status::kOk : exit.error();
    round.mask_kept = round.mask_kept && Cpu::Read<Daif>() == mask;
    if (!exit || Serve(guest, *exit, interrupts.own, round)) break;
  }
  round.audit = cpu.Audit();
  round.unload = guest.Unload(cpu);
}

void WaitForInterrupt(const HostClock& clock) {
  if (!clock.ticks()) return;
  const auto arrived = [] {
    const HostClock::Counts now = HostClock::Now();
    return now.through_ours + now.through_hosts;
  };
  const unsigned before = arrived();
  const std::uint64_t start = CounterNow();
  const std::uint64_t timeout = CounterTicks(kWindowMicroseconds);
  while (arrived() == before && CounterNow() - start < timeout) {
  }
}

HostClock::Counts Since(const HostClock::Counts& then) {
  const HostClock::Counts now = HostClock::Now();
  return {.through_ours = now.through_ours - then.through_ours,
          .through_hosts = now.through_hosts - then.through_hosts};
}

void TakeMasked(RegisterSnapshot& snapshot) {
  const percpu::MaskedInterrupts masked;
  snapshot.Take();
}

}  // namespace

void LiveOneRound(PerCpu<ResidentHost>& cpu, const Interrupts& interrupts, Round& round) {
  const Daif mask = Cpu::Read<Daif>();
  round.mask_kept = true;
  TakeMasked(round.before);
  round.enable = cpu.HardwareEnable();
  const HostClock::Counts then = HostClock::Now();
  if (round.enable != Status::kOk) return;
  round.mask_kept = Cpu::Read<Daif>() == mask;
  round.kind = cpu.host_kind();
  WaitForInterrupt(interrupts.host);
  round.window = Since(then);
  RunGuest(cpu, interrupts, mask, round);
  round.all = Since(then);
  round.disable = cpu.HardwareDisable();
  round.mask_kept = round.mask_kept && Cpu::Read<Daif>() == mask;
  TakeMasked(round.after);
}

}  // namespace trivet::tests
