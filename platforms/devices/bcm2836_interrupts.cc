// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/devices/bcm2836_interrupts.h"

#include <bit>

#include "hal/cpu.h"
#include "platforms/devices/mmio.h"

// Offsets and bits: [bcm2836] section 4. One word a core, but for the mailboxes: four a core.
namespace trivet::platforms {
namespace {

constexpr std::uintptr_t kTimerControl = 0x40;
constexpr std::uintptr_t kMailboxControl = 0x50;
constexpr std::uintptr_t kIrqSource = 0x60;
constexpr std::uintptr_t kMailboxSet = 0x80;
constexpr std::uintptr_t kMailboxReadAndClear = 0xc0;

// Mailboxes of a core.
constexpr unsigned kArrived = 0;
constexpr unsigned kHeldBack = 1;
constexpr unsigned kFast = 2;
constexpr unsigned kEnabled = 3;
constexpr unsigned kMailboxes = 4;

constexpr std::uint32_t kArrivedAsIrq = 1u << kArrived;
constexpr std::uint32_t kFastAsFiq = 1u << (kFast + 4);

constexpr std::uint32_t kSgis = 16;
constexpr std::uint32_t kNone = 1023;

/// The bit of each timer in kTimerControl and kIrqSource. [bcm2836] 4.6; [bsa] "PPI assignments".
struct Timer {
  std::uint32_t intid;
  std::uint32_t bit;
};
constexpr Timer kTimers[] = {
    {.intid = 26, .bit = 1u << 2},  // CNTHP
    {.intid = 27, .bit = 1u << 3},  // CNTV
    {.intid = 29, .bit = 1u << 0},  // CNTPS
    {.intid = 30, .bit = 1u << 1},  // CNTP, non-secure
};

constexpr std::uint32_t TimerBit(std::uint32_t intid) {
  for (const Timer& timer : kTimers) {
    if (timer.intid == intid) return timer.bit;
  }
  return 0;
}

std::uintptr_t ThisCore() { return hal::Cpu::CurrentCpu().affinity & 3; }

/// One mailbox of one core.
struct Mailbox {
  std::uintptr_t base;
  std::uintptr_t core;
  unsigned number;

  std::uintptr_t Offset() const { return core * 16 + std::uintptr_t{number} * 4; }
  void Set(std::uint32_t bits) const { MmioWrite32(base + kMailboxSet + Offset(), bits); }
  void Clear(std::uint32_t bits) const {
    MmioWrite32(base + kMailboxReadAndClear + Offset(), bits);
  }
  std::uint32_t Read() const { return MmioRead32(base + kMailboxReadAndClear + Offset()); }
};

/// Takes the lowest bit out of a mailbox: its number, or kNone.
std::uint32_t TakeLowest(const Mailbox& mailbox) {
  const std::uint32_t bits = mailbox.Read();
  if (bits == 0) return kNone;
  mailbox.Clear(bits & -bits);
  return static_cast<std::uint32_t>(std::countr_zero(bits));
}

void SetTimer(std::uintptr_t base, std::uint32_t intid, bool enable) {
  const std::uintptr_t control = base + kTimerControl + ThisCore() * 4;
  const std::uint32_t others = MmioRead32(control) & ~TimerBit(intid);
  MmioWrite32(control, enable ? others | TimerBit(intid) : others);
}

}  // namespace

void Bcm2836Interrupts::InitThisCpu() const {
  const std::uintptr_t core = ThisCore();
  MmioWrite32(base + kTimerControl + core * 4, 0);
  for (unsigned mailbox = 0; mailbox < kMailboxes; ++mailbox) {
    Mailbox{base, core, mailbox}.Clear(~0u);
  }
  MmioWrite32(base + kMailboxControl + core * 4, kArrivedAsIrq);
}

void Bcm2836Interrupts::Enable(std::uint32_t intid) const {
  if (intid >= kSgis) return SetTimer(base, intid, true);
  const std::uintptr_t core = ThisCore();
  const Mailbox held_back{base, core, kHeldBack};
  Mailbox{base, core, kEnabled}.Set(1u << intid);
  if ((held_back.Read() >> intid & 1) == 0) return;
  held_back.Clear(1u << intid);
  Mailbox{base, core, kArrived}.Set(1u << intid);
}

void Bcm2836Interrupts::Disable(std::uint32_t intid) const {
  if (intid >= kSgis) return SetTimer(base, intid, false);
  const std::uintptr_t core = ThisCore();
  const Mailbox arrived{base, core, kArrived};
  Mailbox{base, core, kEnabled}.Clear(1u << intid);
  if ((arrived.Read() >> intid & 1) == 0) return;
  arrived.Clear(1u << intid);
  Mailbox{base, core, kHeldBack}.Set(1u << intid);
}

std::uint32_t Bcm2836Interrupts::Acknowledge() const {
  const std::uintptr_t core = ThisCore();
  const std::uint32_t sgi = TakeLowest({base, core, kArrived});
  asm volatile("dsb sy" ::: "memory");  // it is no longer pending before its handler goes on
  if (sgi != kNone) return sgi;
  const std::uint32_t sources = MmioRead32(base + kIrqSource + core * 4);
  for (const Timer& timer : kTimers) {
    if (sources & timer.bit) return timer.intid;
  }
  return kNone;
}

void Bcm2836Interrupts::End(std::uint32_t) const {}

void Bcm2836Interrupts::SendSgi(std::uint64_t affinity, std::uint32_t sgi) const {
  const std::uintptr_t core = affinity & 3;
  const Mailbox held_back{base, core, kHeldBack};
  asm volatile("dsb ishst" ::: "memory");
  held_back.Set(1u << sgi);
  // That core may enable the SGI at any time, and then reads this mailbox.
  if ((Mailbox{base, core, kEnabled}.Read() >> sgi & 1) == 0) return;
  held_back.Clear(1u << sgi);
  Mailbox{base, core, kArrived}.Set(1u << sgi);
  asm volatile("dsb sy" ::: "memory");
}

bool Bcm2836Interrupts::EnableFiq(std::uint32_t) const {
  const std::uintptr_t control = base + kMailboxControl + ThisCore() * 4;
  MmioWrite32(control, MmioRead32(control) | kFastAsFiq);
  return true;
}

void Bcm2836Interrupts::SendFiq(std::uint64_t affinity, std::uint32_t sgi) const {
  asm volatile("dsb ishst" ::: "memory");
  Mailbox{base, affinity & 3, kFast}.Set(1u << sgi);
  asm volatile("dsb sy" ::: "memory");
}

std::uint32_t Bcm2836Interrupts::AcknowledgeFiq() const {
  const std::uint32_t sgi = TakeLowest({base, ThisCore(), kFast});
  asm volatile("dsb sy" ::: "memory");
  return sgi;
}

void Bcm2836Interrupts::EndFiq(std::uint32_t) const {}

}  // namespace trivet::platforms
