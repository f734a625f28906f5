// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/vcpu.h"

#include <optional>

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "vcpu/id_registers.h"
#include "vectors/enter_guest.h"
#include "vectors/stage1_translation.h"

namespace trivet::vcpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// SPSR_EL2 for a first entry: EL1h, D, A, I and F masked. [arm-arm] SPSR_EL2.M.
constexpr std::uint64_t kEl1hMasked = 0x3c5;
constexpr unsigned kXzr = 31;

bool IsVectorAccess(ExceptionClass trapped) {
  return trapped == ExceptionClass::kSimdFp || trapped == ExceptionClass::kSve ||
         trapped == ExceptionClass::kSme;
}

/// An exit but for the addresses of an abort, which Serve() finds.
[[gnu::noinline]] Status Decode(vectors::ExitVector vector, Exit& exit) {
  const auto index = static_cast<unsigned>(vector);
  if (vector == vectors::ExitVector::kRefused) return Status::kIllegalGuestState;
  exit = {.reason = internal::kCodesByVector[index].reason()};
  const bool synchronous = vector == vectors::ExitVector::kSynchronous;
  if (!synchronous && exit.reason != ExitReason::kSError) return Status::kOk;
  exit.syndrome = internal::LiveSyndrome();
  if (!synchronous) return Status::kOk;
  exit.reason = internal::kCodes[static_cast<unsigned>(exit.syndrome.exception_class())].reason();
  return Status::kOk;
}

/// The access of an abort. Instructions and cache maintenance (CM) are looked up as reads: stage 1
/// may let EL0 execute what it may not read, and maintenance has WnR set. [arm-arm] ESR_EL2.
At AccessOf(const Exit& exit, std::uint64_t pstate) {
  constexpr std::uint64_t kCacheMaintenance = 1 << 8, kLevel = 0xf;
  if (exit.reason == ExitReason::kInstructionAbort) return At::kS1E1R;
  const bool maintains = (exit.syndrome.raw() & kCacheMaintenance) != 0;
  const bool writes = exit.syndrome.data_abort().is_write && !maintains;
  if ((pstate & kLevel) == 0) return writes ? At::kS1E0W : At::kS1E0R;
  return writes ? At::kS1E1W : At::kS1E1R;
}

/// Not inlined: its constants would cost each load registers.
[[gnu::noinline]] bool ServeVectorAccess(const Exit& exit, percpu::PerCpuState& cpu) {
  return IsVectorAccess(exit.syndrome.exception_class()) && cpu.GiveVectors();
}

}  // namespace

Vcpu::Vcpu(const Config& config)
    : request_{.traps = config.traps,
               .open = config.interrupts == nullptr ? config.open
                                                    : config.open | config.interrupts->opens,
               .sve = config.sve,
               .sme = config.sme,
               .vtcr = config.vtcr,
               .vttbr = config.vttbr,
               .cntvoff = CntvoffEl2::FromRaw(config.counter_offset),
               .vmpidr = VmpidrEl2::FromRaw(config.mpidr.raw() | VmpidrEl2::Inert().raw())},
      translates_faults_(config.translates_faults) {
  guest_.interrupts = config.interrupts;
  frame_.x[0] = config.argument;
  frame_.pc = config.entry;
  frame_.pstate = kEl1hMasked;
  frame_.in_place = config.in_place;
}

/// The addresses of an abort, by AT where the configuration asks for it: the guest's registers and
/// HCR_EL2 are still in place. False: the exit is the caller's.
[[gnu::cold, gnu::noinline]] bool Vcpu::FindAddress(Exit& exit) const {
  exit.fault = internal::LiveFault(exit.syndrome);
  const auto code = static_cast<std::uint8_t>(exit.syndrome.raw() & 0x3f);
  const bool permission = vectors::DecodeFaultStatus(code).kind == vectors::FaultKind::kPermission;
  const bool unknown = exit.fault.virtual_address && !exit.fault.intermediate_address;
  if (!translates_faults_ || !permission || !unknown) return false;
  const At access = AccessOf(exit, frame_.pstate);
  exit.fault.intermediate_address = vectors::TranslateByStage1(access, *exit.fault.virtual_address);
  return false;
}

[[gnu::noinline]] bool Vcpu::ServeIdRegister(const Exit& exit) {
  if (request_.traps.tid3()) return false;
  const vectors::SystemRegisterTrap trap = exit.syndrome.system_register();
  if (!trap.is_read) return false;
  const std::optional<std::uint64_t> value = OfferedIdRegister(trap.encoding, request_.open);
  if (!value) return false;
  if (trap.rt != kXzr) frame_.x[trap.rt] = *value;
  SkipInstruction(exit);
  return true;
}

/// Does what the guest's exit asks for and its configuration lets the library do; false: the exit
/// is the caller's, and complete. Only what it calls needs a frame.
[[gnu::noinline]] bool Vcpu::Serve(Exit& exit, percpu::PerCpuState& cpu) {
  if (exit.reason == ExitReason::kSystemRegister) [[likely]]
    return ServeIdRegister(exit);
  if (exit.reason == ExitReason::kOther) return ServeVectorAccess(exit, cpu);
  return IsAbort(exit.reason) && FindAddress(exit);
}

Status Vcpu::Continue(percpu::PerCpuState& cpu, Exit& exit) {
  while (Serve(exit, cpu)) {
    if (const Status s = Decode(vectors::EnterGuest(frame_), exit); s != Status::kOk) return s;
  }
  return Status::kOk;
}

/// The first run on this CPU, or one that switches EL2 registers. Interrupts are masked.
std::optional<Status> Vcpu::LoadOrRun(percpu::PerCpuState& cpu, Exit& exit) {
  if (const Status s = cpu.CheckChangeableHere(); s != Status::kOk) {
    return LoadOrRunMasked(s, cpu, exit);
  }
  if (const Status s = cpu.LoadGuest(guest_, request_); s != Status::kOk) return s;
  if (cpu.IsResidentHere(guest_) || cpu.RunsAsItIs()) return std::nullopt;
  cpu.BeginRun();
  Status status = Decode(vectors::EnterGuest(frame_), exit);
  while (status == Status::kOk && Serve(exit, cpu)) {
    status = Decode(vectors::EnterGuest(frame_), exit);
  }
  cpu.EndRun();
  return status;
}

/// After `status`: interrupts with Superpriority may have to be masked first.
[[gnu::cold, gnu::noinline]] std::optional<Status> Vcpu::LoadOrRunMasked(Status status,
                                                                         percpu::PerCpuState& cpu,
                                                                         Exit& exit) {
  if (!cpu.NeedsSuperpriorityMask()) return status;
  return cpu.WithSuperpriorityMasked([&] { return LoadOrRun(cpu, exit); });
}

void Vcpu::RestoreEachRun() const {
  Cpu backend;
  percpu::CpuTraits traits(Cpu::Read<HcrEl2>());
  traits.Query();
  guest_.each_run.Restore(backend, traits, guest_.open);
  if (guest_.open.Has(Capability::kPmu)) guest_.pmu.Restore();
}

Status Vcpu::Unload(percpu::PerCpuState& cpu) {
  const percpu::MaskedInterrupts masked;
  if (const Status s = cpu.CheckChangeableHere(); s != Status::kOk) {
    return cpu.NeedsSuperpriorityMask() ? cpu.WithSuperpriorityMasked([&] { return Unload(cpu); })
                                        : s;
  }
  if (cpu.guest_owner() == &guest_) cpu.UnloadGuest();
  return Status::kOk;
}

}  // namespace trivet::vcpu
