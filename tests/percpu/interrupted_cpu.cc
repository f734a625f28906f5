// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/interrupted_cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/exception.h"
#include "sim/pe/pe.h"
#include "tests/support/sim/sim_machine.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint64_t kGuestEntry = 0x4020'0000;
constexpr std::uint64_t kAbortedAddress = 0x7700'0000;
constexpr std::uint32_t kTranslationFault = 0x04;  // DFSC: level 0.
constexpr std::uint64_t kCurrentElSpx = 0x200, kSlotSize = 0x80;

InterruptedCpu* current = nullptr;

constexpr sim::InterruptClass LineOf(Injection what) {
  switch (what) {
    case Injection::kFiq: return sim::InterruptClass::kFiq;
    case Injection::kSError: return sim::InterruptClass::kSError;
    default: return sim::InterruptClass::kIrq;
  }
}

template <Injection kWhat>
void Handle(vectors::CpuSlot& slot) {
  current->Take(Taker::kTrivetsTable, kWhat, &slot);
}

bool HostTable(sim::Pe&, std::uint64_t offset) {
  if (offset < kCurrentElSpx || offset >= kCurrentElSpx + 4 * kSlotSize) return false;
  current->Take(Taker::kHostTable, kInjections[(offset - kCurrentElSpx) / kSlotSize], nullptr);
  return true;
}

/// TPIDR_EL2's value while it is the host's: Take() detects vectors that use it.
vectors::CpuSlot not_ours = {.handlers = RecordingHost::HandlersFor({})};

/// Taking an exception changes these; a nested handler has saved them.
bool IsExceptionState(RegisterId id) {
  return id == RegisterId::kElrEl2 || id == RegisterId::kSpsrEl2 || id == RegisterId::kEsrEl2 ||
         id == RegisterId::kFarEl2;
}

}  // namespace

const char* ToString(Injection injection) {
  constexpr const char* kNames[] = {"abort", "IRQ", "FIQ", "SError", "NMI"};
  return kNames[static_cast<unsigned>(injection)];
}

vectors::Handlers RecordingHost::HandlersFor(CpuId) {
  return {.irq = &Handle<Injection::kIrq>,
          .fiq = &Handle<Injection::kFiq>,
          .serror = &Handle<Injection::kSError>,
          .fatal = &Handle<Injection::kAbort>};
}

template <class F>
auto InterruptedCpu::WithCpu(F visit) {
  switch (setup_.vectors) {
    case HostSetup::Vectors::kCallbackPerRun: return visit(*per_run_);
    case HostSetup::Vectors::kPassThrough: return visit(*pass_through_);
    default: return visit(*per_enable_);
  }
}

percpu::HostKind InterruptedCpu::MachineKind() const {
  if (setup_.nmi) UseForNextMachine(sim::ProfileNamed("max"));
  return setup_.kind;
}

InterruptedCpu::InterruptedCpu(const HostSetup& setup) : setup_(setup), machine_(MachineKind()) {
  current = this;
  sim::Pe& pe = SimulatedPe();
  if (setup.nmi) {
    pe.Poke(RegisterId::kSctlrEl2, pe.Peek(RegisterId::kSctlrEl2) | SctlrEl2().nmi(true).raw());
  }
  SetHostTable(&HostTable);
  pe.Poke(RegisterId::kTpidrEl2, reinterpret_cast<std::uint64_t>(&not_ours));
  pe.memory().Place(kGuestEntry, {sim::Msr(RegisterId::kVbarEl1, 2), sim::Nop(), sim::Hvc(1),
                                  sim::Nop(), sim::Hvc(2)});
  ShowToTableWalks(&stage2_, sizeof(stage2_));
  EXPECT_EQ(stage2_.Map(vcpu::BlockStage2::kBlockSize, vcpu::BlockStage2::kBlockSize,
                        vcpu::MemoryType::kNormal),
            Status::kOk);
  arrival_ = pe.Snapshot();
}

InterruptedCpu::~InterruptedCpu() { current = nullptr; }

void InterruptedCpu::Reset() {
  SimulatedPe().Restore(arrival_);
  SimulatedPe().trace().Clear();
  per_enable_.emplace();
  per_run_.emplace();
  pass_through_.emplace();
  minimal_.emplace();
  guest_.emplace(vcpu::Config{
      .entry = kGuestEntry,
      .vtcr = vcpu::BlockStage2::vtcr(),
      .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), 1),
  });
  WithCpu([](auto& cpu) { EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk); });
  not_ours.crashes = 0;
  outcome_ = {};
  at_step_ = masked_steps_ = 0;
  masked_ = false;
}

Outcome InterruptedCpu::Run(const Operation& operation, Injection what, unsigned step,
                            bool caller_masked, sim::Chooser& chooser) {
  sim::Pe& pe = SimulatedPe();
  Reset();
  for (const Operation::Action action : operation.prepare) (this->*action)();
  const std::uint64_t callers_mask = caller_masked ? sim::Pstate::kDaif : 0;
  SetMask(callers_mask, caller_masked);
  what_ = what;
  at_step_ = step;
  pe.SetStepHook([this](sim::Pe& hooked) { AtBoundary(hooked); });
  std::swap(pe.chooser(), chooser);
  try {
    (this->*operation.act)();
  } catch (const Aborted&) {
    outcome_.aborted = true;
  }
  pe.SetStepHook(nullptr);
  const bool kept_allint = !setup_.nmi || Cpu::Read<AllInt>().allint() == caller_masked;
  const bool kept_mask = kept_allint && pe.Read(RegisterId::kDaif) == callers_mask;
  const bool is_quiet = !pe.Line(LineOf(what));
  outcome_.on_time = kept_mask && (caller_masked || is_quiet);
  OpenWindow();
  std::swap(pe.chooser(), chooser);
  outcome_.enabled = cpu().IsEnabled() || minimal_->IsEnabled();
  outcome_.registers = Registers();
  return std::move(outcome_);
}

std::vector<std::uint64_t> InterruptedCpu::RegistersBefore(const Operation& operation) {
  Reset();
  for (const Operation::Action action : operation.prepare) (this->*action)();
  return Registers();
}

/// The caller's masks.
void InterruptedCpu::SetMask(std::uint64_t daif, bool allint) {
  Cpu::DaifRestore(Daif::FromRaw(daif));
  if (setup_.nmi) Cpu::Write<AllInt>(AllInt().allint(allint));
}

/// OpenInterruptWindow(), for what has Superpriority too.
void InterruptedCpu::OpenWindow() {
  if (setup_.nmi) {
    const AllInt before = Cpu::Read<AllInt>();
    Cpu::Write<AllInt>(AllInt().allint(false));
    Cpu::Write<AllInt>(before);
  }
  OpenInterruptWindow();
}

void InterruptedCpu::AtBoundary(sim::Pe& pe) {
  constexpr std::uint64_t kDaif = sim::Pstate::kA | sim::Pstate::kI | sim::Pstate::kF;
  const std::uint64_t masks = what_ == Injection::kNmi ? sim::Pstate::kAllint : kDaif;
  const bool masked = pe.pstate().el() == 2 && pe.pstate().Bits(masks) == masks;
  masked_steps_ = masked ? masked_steps_ + 1 : 0;
  outcome_.longest_masked = std::max(outcome_.longest_masked, masked_steps_);
  masked_ |= masked;
  if (++outcome_.steps == at_step_) Inject(pe);
}

void InterruptedCpu::Inject(sim::Pe& pe) {
  if (what_ == Injection::kAbort && pe.pstate().el() != 2) return;
  outcome_.injected = true;
  outcome_.after_masking = masked_;
  if (what_ == Injection::kNmi) return pe.RaiseWithSuperpriority(LineOf(what_));
  if (what_ != Injection::kAbort) return pe.Raise(LineOf(what_), true);
  pe.RunCodeAt(
      pe.TakeException({.kind = sim::VectorKind::kSync,
                        .esr = sim::Syndrome(ExceptionClass::kDataAbortSame, kTranslationFault),
                        .far = kAbortedAddress,
                        .return_address = pe.pc()}));
}

void InterruptedCpu::Take(Taker taker, Injection what, const vectors::CpuSlot* slot) {
  outcome_.takers.push_back(taker);
  EXPECT_EQ(what, what_ == Injection::kNmi ? Injection::kIrq : what_);
  if (slot == nullptr && what != Injection::kAbort) {
    // A claimed MinimalCpu keeps it.
    const auto* const pointer =
        reinterpret_cast<const void*>(SimulatedPe().Peek(RegisterId::kTpidrEl2));
    EXPECT_TRUE(pointer == &not_ours || pointer == &*minimal_) << "TPIDR_EL2 is not the host's";
  }
  if (slot != nullptr) {
    const bool ours = slot == reinterpret_cast<const vectors::CpuSlot*>(&cpu()) ||
                      slot == reinterpret_cast<const vectors::CpuSlot*>(&*minimal_);
    EXPECT_TRUE(ours) << "TPIDR_EL2 is not this CPU's slot";
  }
  if (what == Injection::kAbort) {
    if (slot != nullptr) EXPECT_EQ(slot->crash.far, kAbortedAddress);
    throw Aborted();
  }
  SimulatedPe().Raise(LineOf(what), false);
}

std::vector<std::uint64_t> InterruptedCpu::Registers() const {
  std::vector<std::uint64_t> values;
  for (const RegisterInfo& info : AllRegisters()) {
    values.push_back(IsExceptionState(info.storage) ? 0 : SimulatedPe().Peek(info.id));
  }
  return values;
}

percpu::PerCpuState& InterruptedCpu::cpu() {
  return *WithCpu([](auto& cpu) -> percpu::PerCpuState* { return &cpu; });
}

void InterruptedCpu::Enable() {
  WithCpu([](auto& cpu) { EXPECT_EQ(cpu.HardwareEnable(), Status::kOk); });
}
void InterruptedCpu::Disable() {
  WithCpu([](auto& cpu) { EXPECT_EQ(cpu.HardwareDisable(), Status::kOk); });
}

/// What MaskedAndPinned stands for.
template <class Act>
void InterruptedCpu::Masked(Act act) {
  const percpu::MaskedInterrupts masked;
  percpu::SuperpriorityMask superpriority;
  superpriority.Mask();
  act();
  superpriority.Restore();
}

void InterruptedCpu::Claim() {
  Masked([this] {
    Cpu::Write<VtcrEl2>(percpu::OneLevelStage2());
    Cpu::Write<VttbrEl2>(VttbrEl2::FromRaw(PhysicalAddressOf(percpu::kEmptyStage2)));
    EXPECT_EQ(minimal_->Claim({}), Status::kOk);
  });
}
void InterruptedCpu::MinimalEnable() {
  Masked([this] { EXPECT_EQ(minimal_->HardwareEnable({}), Status::kOk); });
}
void InterruptedCpu::MinimalDisable() {
  Masked([this] { EXPECT_EQ(minimal_->HardwareDisable({}), Status::kOk); });
}

void InterruptedCpu::RunGuest() {
  for (;;) {
    const Result<vcpu::Exit> exit = guest_->Run(cpu());
    ASSERT_TRUE(exit.has_value());
    if (exit->reason == vcpu::ExitReason::kHypercall) return;
    // A host that keeps interrupts masked unmasks them between two runs.
    if (exit->reason != vcpu::ExitReason::kSError) {
      const Daif before = Cpu::Read<Daif>();
      OpenWindow();
      Cpu::DaifRestore(before);
    } else {
      outcome_.takers.push_back(Taker::kRunLoop);
    }
  }
}
void InterruptedCpu::UnloadGuest() { EXPECT_EQ(guest_->Unload(cpu()), Status::kOk); }

}  // namespace trivet::tests
