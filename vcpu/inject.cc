// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/inject.h"

#include "hal/cpu.h"
#include "hal/feature.h"
#include "hal/roles.h"
#include "vectors/in_place.h"

namespace trivet::vcpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// The EL1 registers of a guest, in `guest`, or on this CPU where it is null.
class El1 {
 public:
  explicit El1(percpu::GuestRegisters* guest) : guest_(guest), e2h_(Cpu::Read<HcrEl2>().e2h()) {}

  template <class R>
  R Get() const {
    using Names = NamesAtEl2<R>;
    if (guest_ != nullptr) return Bank<R>().template Get<R>();
    return R::FromRaw(e2h_ ? Cpu::Read<typename Names::E2hSet>().raw()
                           : Cpu::Read<typename Names::E2hClear>().raw());
  }
  template <class R>
  void Set(std::uint64_t value) {
    using Set = typename NamesAtEl2<R>::E2hSet;
    using Clear = typename NamesAtEl2<R>::E2hClear;
    if (guest_ != nullptr) return Bank<R>().template Set<R>(R::FromRaw(value));
    if (e2h_) return Cpu::Write<Set>(Set::Value::FromRaw(value));
    Cpu::Write<Clear>(Clear::Value::FromRaw(value));
  }

 private:
  template <class R>
  auto& Bank() const {
    if constexpr (percpu::LoadBank::Contains<R>()) {
      return guest_->load;
    } else {
      return guest_->opened_load;
    }
  }

  percpu::GuestRegisters* const guest_;
  const bool e2h_;
};

EntryControls ControlsOf(const El1& el1, bool has_sctlr2) {
  return {.vbar = el1.Get<VbarEl1>(),
          .sctlr = el1.Get<SctlrEl1>(),
          .aborts_as_serror = has_sctlr2 && el1.Get<Sctlr2El1>().ease(),
          .has_pan = Has<Feature::kPan, Cpu>(),
          .has_ssbs = Has<Feature::kSsbs, Cpu>(),
          .has_mte2 = Has<Feature::kMte2, Cpu>(),
          .has_nmi = Has<Feature::kNmi, Cpu>()};
}

void Take(const GuestException& exception, vectors::GuestFrame& frame, El1 el1, bool has_sctlr2) {
  const ExceptionEntry entry =
      EntryOf(exception, frame.pc, frame.pstate, ControlsOf(el1, has_sctlr2));
  frame.pc = entry.pc;
  frame.pstate = entry.pstate;
  el1.Set<ElrEl1>(entry.elr);
  el1.Set<SpsrEl1>(entry.spsr);
  el1.Set<EsrEl1>(entry.esr);
  if (entry.far) el1.Set<FarEl1>(*entry.far);
}

Status Check(const percpu::PerCpuState& cpu, const percpu::GuestRegisters& guest) {
  if (guest.lost) return Status::kLostState;
  if (guest.open.Has(Capability::kGcs)) return Status::kUnsupportedFeature;
  if (guest.loaded_on == nullptr) return Status::kOk;
  return guest.loaded_on == &cpu ? cpu.CheckEnabledHere() : Status::kLoadedElsewhere;
}

}  // namespace

Status Inject(percpu::PerCpuState& cpu, Vcpu& guest, const GuestException& exception) {
  vectors::GuestFrame& frame = guest.frame();
  percpu::GuestRegisters& registers = guest.registers();
  if (const Status status = Check(cpu, registers); status != Status::kOk) return status;
  if (!vectors::IsGuestPstate(frame.pstate)) return Status::kIllegalGuestState;
  if (exception.is_serror() && MasksSError(frame.pstate)) {
    return guest.PendSError(cpu, VsesrEl2::FromRaw(exception.iss()));
  }
  Take(exception, frame, El1(registers.loaded_on == nullptr ? &registers : nullptr),
       registers.open.Has(Capability::kTranslation2));
  return Status::kOk;
}

Status InjectHere(vectors::GuestFrame& frame, const GuestException& exception) {
  const bool possible = vectors::IsGuestPstate(frame.pstate) || IsAArch32El0(frame.pstate);
  if (!possible) return Status::kIllegalGuestState;
  if (exception.is_serror() && MasksSError(frame.pstate)) return Status::kUnsupportedFeature;
  Take(exception, frame, El1(nullptr), Has<Feature::kSctlr2, Cpu>());
  return Status::kOk;
}

}  // namespace trivet::vcpu
