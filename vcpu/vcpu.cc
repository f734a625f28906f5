#include "vcpu/vcpu.h"

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "vectors/enter_guest.h"

namespace trivet::vcpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register vocabulary

/// SPSR_EL2 for a first entry: EL1h, D, A, I and F masked. [arm-arm] SPSR_EL2.M.
constexpr std::uint64_t kEl1hMasked = 0x3c5;

}  // namespace

Vcpu::Vcpu(const Config& config) : config_(config) {
  frame_.x[0] = config.argument;
  frame_.pc = config.entry;
  frame_.pstate = kEl1hMasked;
  el1_.Set<SctlrEl1>(SctlrEl1::Inert());
}

Result<Exit> Vcpu::Run(percpu::PerCpuState& cpu) {
  const percpu::MaskedInterrupts masked;
  if (const Status status = cpu.CheckEnabledHere(); status != Status::kOk) {
    return std::unexpected(status);
  }
  if (cpu.el1_owner() != &el1_) Load(cpu);
  return DecodeExit(vectors::EnterGuest(frame_));
}

/// Stage 2 and traps first, then the EL1 registers that are only meaningful under them. The exception return of
/// the entry synchronizes what is written here.
void Vcpu::Load(percpu::PerCpuState& cpu) {
  Cpu::Write<VtcrEl2>(config_.vtcr);
  Cpu::Write<VttbrEl2>(config_.vttbr);
  Cpu::Isb();
  cpu.SetGuestTraps(config_.traps);
  Cpu::Write<CptrEl2>(CptrEl2::Inert().tz(true).tsm(true));
  Cpu::Write<CnthctlEl2>(CnthctlEl2::Inert().el1pcten(true));
  Cpu::Write<CntvoffEl2>(CntvoffEl2::FromRaw(0));
  Cpu::Write<VpidrEl2>(VpidrEl2::FromRaw(Cpu::Read<MidrEl1>().raw()));
  Cpu::Write<VmpidrEl2>(VmpidrEl2::FromRaw(config_.mpidr.raw() | VmpidrEl2::Inert().raw()));
  cpu.SwitchEl1To(&el1_);
}

}  // namespace trivet::vcpu
