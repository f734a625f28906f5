#include "vcpu/vcpu.h"

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "vectors/enter_guest.h"

namespace trivet::vcpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// SPSR_EL2 for a first entry: EL1h, D, A, I and F masked. [arm-arm] SPSR_EL2.M.
constexpr std::uint64_t kEl1hMasked = 0x3c5;

/// SVE and SME trap; EL1 reads the physical counter and has no physical timer.
percpu::SharedControls ControlsFor(const percpu::CpuTraits& cpu) {
  percpu::SharedControls controls;
  if (cpu.e2h()) {
    controls.Set<CptrEl2>(CptrEl2::FromRaw(CptrEl2E2h().fpen(TrapLevels::kNone).raw()));
    controls.Set<CnthctlEl2>(CnthctlEl2::FromRaw(CnthctlEl2E2h().el1pcten(true).raw()));
  } else {
    controls.Set<CptrEl2>(CptrEl2::Inert().tz(true).tsm(true));
    controls.Set<CnthctlEl2>(CnthctlEl2::Inert().el1pcten(true));
  }
  return controls;
}

/// Writes a register that percpu restores for the host.
template <class R>
[[gnu::always_inline]] inline void WriteControl(typename R::Value value) {
  static_assert(percpu::HostControls::Contains<R>(), "HostControls does not restore this register");
  Cpu::Write<R>(value);
}

/// The guest's identity and time; traps debug and PMU; disables newer features.
void LoadEl2Controls(const percpu::CpuTraits& cpu) {
  const MdcrEl2 counters = Cpu::Read<MdcrEl2>();
  const MdcrEl2 no_debug = counters.tdra(true).tdosa(true).tda(true);
  const bool has_pmu = cpu.Has<Feature::kPmuV3>();
  WriteControl<MdcrEl2>(has_pmu ? no_debug.tpm(true).tpmcr(true) : no_debug);
  WriteControl<CntvoffEl2>(CntvoffEl2::FromRaw(0));
  WriteControl<VpidrEl2>(VpidrEl2::FromRaw(Cpu::Read<MidrEl1>().raw()));
  if (cpu.Has<Feature::kHcx>()) WriteControl<HcrxEl2>(HcrxEl2::Inert());
  if (!cpu.Has<Feature::kFgt>()) return;
  WriteControl<HfgrtrEl2>(HfgrtrEl2::Inert());
  WriteControl<HfgwtrEl2>(HfgwtrEl2::Inert());
  WriteControl<HfgitrEl2>(HfgitrEl2::Inert());
  WriteControl<HdfgrtrEl2>(HdfgrtrEl2::Inert());
  WriteControl<HdfgwtrEl2>(HdfgwtrEl2::Inert());
}

}  // namespace

Vcpu::Vcpu(const Config& config) : config_(config) {
  frame_.x[0] = config.argument;
  frame_.pc = config.entry;
  frame_.pstate = kEl1hMasked;
  frame_.in_place = config.in_place;
  registers_.el1.Set<SctlrEl1>(SctlrEl1::Inert());
}

/// The first run on this CPU, or one that switches EL2 registers. Interrupts are masked.
Status Vcpu::LoadAndRun(percpu::PerCpuState& cpu, Exit& exit) {
  if (const Status status = cpu.CheckEnabledHere(); status != Status::kOk) return status;
  if (registers_.lost) return Status::kLostState;
  if (cpu.guest_owner() != &registers_) Load(cpu);
  cpu.BeginRun();
  exit = DecodeExit(vectors::EnterGuest(frame_));
  cpu.EndRun();
  return Status::kOk;
}

Status Vcpu::Unload(percpu::PerCpuState& cpu) {
  const percpu::MaskedInterrupts masked;
  if (const Status status = cpu.CheckEnabledHere(); status != Status::kOk) return status;
  if (cpu.guest_owner() == &registers_) cpu.SwitchGuestTo(nullptr);
  return Status::kOk;
}

/// Stage 2 and traps first, then the registers that depend on them. The exception return of the
/// entry synchronizes these writes.
void Vcpu::Load(percpu::PerCpuState& cpu) {
  Cpu::Write<VtcrEl2>(config_.vtcr);
  Cpu::Write<VttbrEl2>(config_.vttbr);
  Cpu::Isb();
  cpu.SetGuestTraps(config_.traps, hcr_terms_);
  cpu.SetGuestSharedControls(ControlsFor(cpu.traits()));
  LoadEl2Controls(cpu.traits());
  Cpu::Write<VmpidrEl2>(VmpidrEl2::FromRaw(config_.mpidr.raw() | VmpidrEl2::Inert().raw()));
  cpu.SwitchGuestTo(&registers_);
}

}  // namespace trivet::vcpu
