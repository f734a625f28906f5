// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/hostile_guest.h"

#include "tests/isolation/host_registers.h"
#include "tests/isolation/hostile_memory.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
using vcpu::ExitReason;

constexpr std::uint64_t kCode = kGuestBase + kCodeOffset;
constexpr std::uint64_t kCodeSize = Block::kWords * 4;

bool IsInBlock(std::uint64_t pc) { return pc - kCode < kCodeSize && pc % 4 == 0; }

/// PC after a slot's HVC.
bool IsInVectors(std::uint64_t pc) {
  constexpr std::uint64_t kTableSize = 0x800, kSlotSize = 0x80;
  const std::uint64_t offset = pc - 4 - kGuestBase - kGuestVectors;
  return offset < kTableSize && offset % kSlotSize == 0;
}

/// What EL2 relies on beside what PerCpu::Audit() compares.
Fault CheckEl2() {
  const Daif masked = Daif().d(true).a(true).i(true).f(true);
  if (Cpu::Read<Daif>() != masked) return "PSTATE.DAIF of EL2 changed";
  constexpr std::uint64_t kUsesSpEl2 = 1;
  if (Cpu::Read<SpSel>().raw() != kUsesSpEl2) return "PSTATE.SP of EL2 changed";
  return nullptr;
}

}  // namespace

std::uint64_t ExitCounts::exits() const {
  std::uint64_t sum = watchdog + serror + aarch32;
  for (const std::uint64_t count : by_class) sum += count;
  return sum;
}

void HostileGuest::Load(const Block& block) {
  WriteHostileMemory(block);
  rig_.NewGuest(1, open_, HcrEl2().twi(block.waits_trap).twe(block.waits_trap));
  if (block.translated) TurnGuestTranslationOn();
  for (unsigned i = 0; i < 31; ++i) rig_.guest().frame().x[i] = block.x[i];
  pstate_ = block.at_el0 ? kAtEl0 : kAtEl1;
}

Fault HostileGuest::Run(const Block& block) {
  Load(block);
  IsolationRig::Stop stop = rig_.Run(kCode, pstate_);
  for (unsigned exits = 1;; ++exits) {
    if (const Fault fault = Check(); fault != nullptr) return fault;
    if (Follow(stop) == Next::kEnd || exits == kMostExits) break;
    stop = rig_.Resume();
  }
  // All of the window now and then: with translation off any word of it may have been written.
  constexpr std::uint64_t kRarely = 256;
  const bool all = block.number % kRarely == 0;
  const bool found = all ? FindMarker(0, kGuestSize) : FindMarker(kDataOffset, kDataSize);
  if (found) return "the guest's memory shows the host";
  return nullptr;
}

HostileGuest::Next HostileGuest::Skip() {
  if (!IsInBlock(rig_.guest().frame().pc)) return Next::kEnd;
  rig_.guest().frame().pc += 4;
  return Next::kResume;
}

/// To the instruction behind the one that took an exception to the guest's own EL1.
HostileGuest::Next HostileGuest::FollowException() {
  const auto esr = vectors::Syndrome::FromRaw(GuestRegister<EsrEl1>().raw());
  ++counts_.in_guest[static_cast<unsigned>(esr.exception_class())];
  std::uint64_t at = GuestRegister<ElrEl1>().raw();
  if (esr.exception_class() != ExceptionClass::kSvc64) at += 4;
  if (!IsInBlock(at)) return Next::kEnd;
  // An ERET in the block would return to the illegal state again and again.
  if (esr.exception_class() == ExceptionClass::kIllegalState) {
    SetGuestRegister<ElrEl1>(ElrEl1::FromRaw(at + 4));
    SetGuestRegister<SpsrEl1>(SpsrEl1::FromRaw(pstate_));
  }
  rig_.guest().frame().pc = at;
  rig_.guest().frame().pstate = pstate_;
  return Next::kResume;
}

HostileGuest::Next HostileGuest::Follow(const IsolationRig::Stop& stop) {
  const ExitReason reason = stop.exit.reason;
  if (stop.timed_out) return ++counts_.watchdog, Next::kEnd;
  if (reason == ExitReason::kSError) return ++counts_.serror, Next::kEnd;
  if (reason == ExitReason::kAArch32) return ++counts_.aarch32, Next::kEnd;
  ++counts_.by_class[static_cast<unsigned>(stop.exit.syndrome.exception_class())];
  const std::uint64_t pc = rig_.guest().frame().pc;
  if (reason == ExitReason::kInstructionAbort) return Next::kEnd;
  if (reason != ExitReason::kHypercall) return Skip();
  if (IsInVectors(pc)) return FollowException();
  return IsInBlock(pc) || pc == kCode + kCodeSize ? Next::kResume : Next::kEnd;
}

Fault HostileGuest::Check() {
  if (rig_.cpu().Audit() != Status::kOk) return "Audit() reports a difference";
  if (const Fault fault = CheckEl2(); fault != nullptr) return fault;
  for (const std::uint64_t x : rig_.guest().frame().x) {
    if (IsMarker(x)) return "a general register shows the host";
  }
  return nullptr;
}

}  // namespace trivet::tests
