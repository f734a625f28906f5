// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/rig.h"

#include <gtest/gtest.h>

#include "hal/digits.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/power.h"
#include "tests/isolation/marker.h"

extern "C" bool trivet_marked_call(void (*function)(void*), void* argument, std::uint64_t marker);

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr int kFailed = 1;
constexpr std::uint32_t kWatchdogsPerSecond = 500;
/// A word of the window that only loads the guest: HVC #0.
constexpr std::uint64_t kLoadOffset = 0x800;

void (*describe_run)() = nullptr;

void Print(std::string_view name, std::uint64_t value) {
  platforms::ConsoleWrite(name);
  platforms::ConsoleWrite("0x");
  platforms::ConsoleWrite(Digits(value, 16, kRegisterDigits).view());
}

[[noreturn]] void EndImage() {
  if (describe_run != nullptr) describe_run();
  platforms::PowerOff(kFailed);
}

void OnFatal(vectors::CpuSlot& slot) {
  Print("\nEL2 took an exception of its own: vector ", slot.crash.vector);
  Print(" ESR_EL2 ", slot.crash.esr);
  Print(" ELR_EL2 ", slot.crash.elr);
  Print(" FAR_EL2 ", slot.crash.far);
  Print(" SPSR_EL2 ", slot.crash.spsr);
  platforms::ConsoleWrite("\n");
  EndImage();
}

/// The image masks interrupts throughout: none may reach a handler.
void OnInterrupt(vectors::CpuSlot&) {
  platforms::ConsoleWrite("\nEL2 took an interrupt that it had masked\n");
  EndImage();
}

SctlrEl1 OpenToEl0() {
  return SctlrEl1::Inert()
      .uma(true)
      .uct(true)
      .uci(true)
      .dze(true)
      .ntwi(true)
      .ntwe(true)
      .enrctx(true)
      .entp2(true)
      .tscxt(false);
}

}  // namespace

vectors::Handlers StrictHost::HandlersFor(CpuId) {
  return {.irq = &OnInterrupt, .fiq = &OnInterrupt, .serror = &OnInterrupt, .fatal = &OnFatal};
}

std::uint64_t StrictHost::PhysicalAddressOf(const void* address) {
  return tests::PhysicalAddressOf(address);
}

void OnUnexpectedException(void (*describe)()) { describe_run = describe; }

Status IsolationRig::Enable() {
  if (const Status status = cpu_.Create(Cpu::CurrentCpu()); status != Status::kOk) return status;
  return cpu_.HardwareEnable();
}

Status IsolationRig::Disable() {
  if (guests_[current_]) {
    if (const Status status = guest().Unload(cpu_); status != Status::kOk) return status;
    guests_[current_].reset();
  }
  return cpu_.HardwareDisable();
}

/// For guests that have SVE and SME.
[[clang::no_destroy]] vectors::SveMemory<1> sve[2];
[[clang::no_destroy]] vectors::SmeMemory<1> sme[2];

void IsolationRig::NewGuest(std::uint16_t vmid, Capabilities open, HcrEl2 traps) {
  GuestWord(kLoadOffset) = Hvc(0);
  PublishGuestWords(kLoadOffset, sizeof(std::uint32_t));
  const unsigned old = current_;
  current_ ^= 1;
  guests_[current_].emplace(vcpu::Config{.entry = kGuestBase + kLoadOffset,
                                         .vtcr = GuestVtcr(),
                                         .vttbr = GuestVttbr(vmid),
                                         .traps = traps,
                                         .open = open,
                                         .sve = sve[current_],
                                         .sme = sme[current_]});
  Stop stop = Run(kGuestBase + kLoadOffset, kAtEl1);
  while (stop.timed_out) stop = Run(kGuestBase + kLoadOffset, kAtEl1);
  EXPECT_TRUE(stop.exit.syndrome.IsHvc(0));
  guests_[old].reset();
  ResetGuestControls();
}

void IsolationRig::ResetGuestControls() {
  constexpr TrapLevels kNone = TrapLevels::kNone;
  SetGuestRegister<SctlrEl1>(OpenToEl0());
  SetGuestRegister<VbarEl1>(VbarEl1::FromRaw(kGuestBase + kGuestVectors));
  SetGuestRegister<CpacrEl1>(CpacrEl1().fpen(kNone).zen(kNone).smen(kNone).e0poe(true));
  SetGuestRegister<CntkctlEl1>(
      CntkctlEl1().el0pten(true).el0vten(true).el0vcten(true).el0pcten(true));
  SetGuestRegister<CntvCtlEl0>(CntvCtlEl0::FromRaw(0));
}

void IsolationRig::FillGuestControls() {
  SetGuestRegister<SctlrEl1>(SctlrEl1::FromRaw(0x1234'5678));
  SetGuestRegister<VbarEl1>(VbarEl1::FromRaw(0x2345'6000));
  SetGuestRegister<CpacrEl1>(CpacrEl1().tta(true));
  SetGuestRegister<CntkctlEl1>(CntkctlEl1().evnti(5));
  SetGuestRegister<CntvCtlEl0>(CntvCtlEl0::FromRaw(0b10));
}

IsolationRig::Stop IsolationRig::Run(std::uint64_t address, std::uint64_t pstate) {
  guest().frame().pc = address;
  guest().frame().pstate = pstate;
  StartWatchdog();
  return Resume();
}

void IsolationRig::StartWatchdog() {
  machine_.StartTimer(Cpu::Read<CntfrqEl0>().clockfreq() / kWatchdogsPerSecond);
}

/// EL2's callee-saved registers hold markers when the guest is entered.
IsolationRig::Stop IsolationRig::Resume() {
  struct Call {
    vcpu::Vcpu& guest;
    percpu::PerCpuState& cpu;
    Result<vcpu::Exit> exit;
  } call = {.guest = guest(), .cpu = cpu_, .exit = vcpu::Exit()};
  const auto run = [](void* argument) {
    Call& my = *static_cast<Call*>(argument);
    my.exit = my.guest.Run(my.cpu);
  };
  if (!trivet_marked_call(run, &call, kMarker)) {
    ADD_FAILURE() << "a run changed EL2's x19 to x28";
    EndImage();
  }
  const Result<vcpu::Exit>& exit = call.exit;
  if (!exit.has_value()) {
    ADD_FAILURE() << "the guest did not run: " << ToString(exit.error());
    EndImage();
  }
  const bool timed_out = exit->reason == vcpu::ExitReason::kIrq;
  if (timed_out) EXPECT_TRUE(AcknowledgeIrq());
  return {.exit = *exit, .timed_out = timed_out};
}

}  // namespace trivet::tests
