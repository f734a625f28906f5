// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "cpu.h"

#include <span>

#include "hal/feature.h"
#include "hal/registers.h"
#include "memory.h"
#include "percpu/open_to_el1.h"
#include "platforms/runtime/smc.h"
#include "second.h"
#include "vcpu/exception_entry.h"
#include "vcpu/psci/functions.h"
#include "vectors/enter_guest.h"
#include "vectors/syndrome.h"

namespace late {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
using allcpus::Action;
using allcpus::Operation;
using trivet::Status;
using trivet::vectors::GuestFrame;

/// What EL1 may read. Its ExitLog is launch_exits.
struct alignas(1024) Shared {
  launch_cpu cpu;
};
[[gnu::section(".bss.late_shared")]] Shared shared[LAUNCH_CPUS];

vcpu::ExitLog& LogOf(unsigned self) {
  static_assert(sizeof(vcpu::ExitLog) == sizeof(launch_exits));
  return reinterpret_cast<vcpu::ExitLog&>(shared[self].cpu.exits);
}

/// The same on every CPU: the kernel's own stub.
std::uint64_t vector_base = 0;

// [linux] arch/arm64/include/asm/virt.h: what a kernel calls its stub for, and what that returns
// for anything else.
constexpr std::uint64_t kSoftRestart = 1, kResetVectors = 2, kStubError = 0xbad'ca11;

/// EL2 with SP_EL2, D, A, I and F masked. [arm-arm] SPSR_EL2.
constexpr std::uint64_t kEl2h = 0x3c9;

/// EL1 takes `exception`, as from hardware.
void Inject(GuestFrame& frame, const vcpu::GuestException& exception) {
  const auto entry = vcpu::EntryOf(exception, frame.pc, frame.pstate,
                                   {.vbar = hal::Cpu::Read<VbarEl1>(),
                                    .sctlr = hal::Cpu::Read<SctlrEl1>(),
                                    .has_pan = Has<Feature::kPan, hal::Cpu>(),
                                    .has_ssbs = Has<Feature::kSsbs, hal::Cpu>(),
                                    .has_mte2 = Has<Feature::kMte2, hal::Cpu>(),
                                    .has_nmi = Has<Feature::kNmi, hal::Cpu>()});
  frame.pc = entry.pc;
  frame.pstate = entry.pstate;
  hal::Cpu::Write<ElrEl1>(ElrEl1::Value::FromRaw(entry.elr));
  hal::Cpu::Write<SpsrEl1>(SpsrEl1::Value::FromRaw(entry.spsr));
  hal::Cpu::Write<EsrEl1>(EsrEl1::Value::FromRaw(entry.esr));
  if (entry.far) hal::Cpu::Write<FarEl1>(FarEl1::Value::FromRaw(*entry.far));
}

/// EL2 has no interrupts, and no way to go on after an exception of its own: other CPUs can read
/// where it was.
void Crash(trivet::vectors::CpuSlot& slot) {
  for (auto& other : shared) {
    if (other.cpu.is_taken == 0) continue;
    other.cpu.crash_esr = slot.crash.esr;
    other.cpu.crash_elr = slot.crash.elr;
    other.cpu.crash_far = slot.crash.far;
  }
}

}  // namespace

trivet::vectors::Handlers Host::HandlersFor(trivet::CpuId) { return {Crash, Crash, Crash, Crash}; }
std::uint64_t Host::VectorBaseFor(trivet::CpuId) { return vector_base; }

void Cpu::Name(unsigned self, std::uint64_t base) {
  self_ = self;
  vector_base = base;
}

void Cpu::RestoreVectors() {
  hal::Cpu::Write<VbarEl2>(VbarEl2::Value::FromRaw(vector_base));
  hal::Cpu::Isb();
}

Status Cpu::Act(Action action, Operation operation, std::uint64_t refusal) {
  const auto refuses = [&](unsigned step) { return refusal == LAUNCH_REFUSE(self_, step); };
  if (action == Action::kPrepare && refuses(LAUNCH_AT_CHECK)) return Status::kInUse;
  if (action == Action::kCommit && refuses(LAUNCH_AT_CHANGE)) return Status::kInUse;
  if (!created_) {
    const Status status = cpu_.Create(hal::Cpu::CurrentCpu());
    if (status != Status::kOk) return status;
    created_ = true;
  }
  const Status status = allcpus::Perform(cpu_, action, operation);
  if (cpu_.IsEnabled()) UseMemory();
  if (action == Action::kCommit && operation == Operation::kEnable) taken_ = Taken::Now();
  shared[self_].cpu.is_taken = cpu_.IsEnabled() ? 1 : 0;
  const bool changes = action == Action::kCommit && refuses(LAUNCH_AFTER_CHANGE);
  return changes ? Status::kInUse : status;
}

allcpus::LocalCpu Cpu::Local(const Request& request) {
  error_ = {};
  return {.self = const_cast<Request*>(&request),
          .act = [](void* self, Action action, Operation operation, auto& error) {
            const Request& request = *static_cast<Request*>(self);
            const Status status = request.cpu.Act(action, operation, request.refusal);
            if (status != Status::kOk) {
              error = request.cpu.error_ = request.cpu.cpu_.last_error();
              error.status = status;
            }
            return status;
          }};
}

Status Cpu::ChangeAlone(const Request& request, Operation operation) {
  const auto local = Local(request);
  trivet::percpu::Error error;
  for (const Action action : {Action::kPrepare, Action::kCommit}) {
    const Status status = local.Act(action, operation, error);
    if (status == Status::kOk) continue;
    if (action == Action::kCommit) (void)local.Act(Action::kUndo, operation, error);
    return status;
  }
  return Status::kOk;
}

Status Cpu::Checked(Status status) {
  if (status == Status::kOk) return status;
  return Taken::Now() == taken_ ? status : Status::kRestoreMismatch;
}

Cpu::Taken Cpu::Taken::Now() {
  return {hal::Cpu::Read<VbarEl2>(), hal::Cpu::Read<HcrEl2>(), hal::Cpu::Read<TpidrEl2>(),
          hal::Cpu::Read<VttbrEl2>()};
}

Next Cpu::Run(GuestFrame& frame) {
  // The return to EL1 ends its WFE. QEMU 11.1 lacks that: docs/caveats.md.
  asm volatile("sevl");
  const vcpu::Exit exit = vcpu::ExitBy(trivet::vectors::EnterGuest(frame));
  LogOf(self_).Add(exit, frame.pc);
  switch (exit.reason) {
    case vcpu::ExitReason::kHypercall: return ServeHypercall(frame);
    case vcpu::ExitReason::kSecureMonitorCall: return ServeFirmwareCall(frame), Next::kResume;
    case vcpu::ExitReason::kDataAbort:
    case vcpu::ExitReason::kInstructionAbort:
      return Inject(frame, vcpu::GuestException::ExternalAbort(exit)), Next::kResume;
    default: return Inject(frame, vcpu::GuestException::Undefined()), Next::kResume;
  }
}

/// What is no call of the module's is one of the kernel's stub.
Next Cpu::ServeHypercall(GuestFrame& frame) {
  switch (frame.x[0]) {
    case LAUNCH_GIVE: return Next::kGive;
    case LAUNCH_GIVE_ALL: return Next::kGiveAll;
    case LAUNCH_SECOND_START:
      frame.x[0] =
          static_cast<std::uint64_t>(StartSecond({frame.x[1], frame.x[2], frame.x[3], frame.x[4]}));
      return Next::kResume;
    case LAUNCH_SECOND_STOP:
      frame.x[0] = static_cast<std::uint64_t>(StopSecond(cpu_));
      return Next::kResume;
    case LAUNCH_SECOND_BEATS: frame.x[0] = BeatsOfSecond(); return Next::kResume;
    case kSoftRestart: return Restart(frame);
    case kResetVectors: frame.x[0] = 0; return Next::kResume;
    default: frame.x[0] = kStubError; return Next::kResume;
  }
}

/// kexec, from a kernel that did not unload the module: a panic. x1: where, at EL2; x2 to x4: its
/// x0 to x2.
Next Cpu::Restart(GuestFrame& frame) {
  if (cpu_.HardwareDisable() != Status::kOk) cpu_.Panic();
  const std::uint64_t at = frame.x[1];
  for (unsigned i = 0; i < 3; ++i) frame.x[i] = frame.x[i + 2];
  frame.pc = at;
  frame.pstate = kEl2h;
  return Next::kLeave;
}

/// The firmware's answer is the guest's. A CPU that is turned off loses EL2: it is the host's
/// before, and again ours if the firmware refuses.
void Cpu::ServeFirmwareCall(GuestFrame& frame) {
  namespace psci = vcpu::psci;
  frame.pc += 4;  // [arm-arm] HCR_EL2.TSC: the preferred return address is that of the SMC.
  const auto id = static_cast<std::uint32_t>(frame.x[0]);
  const bool off = id == static_cast<std::uint32_t>(psci::Function::kCpuOff);
  if (off) (void)cpu_.HardwareDisable();
  trivet::platforms::CallBySmc(std::span(frame.x).first<18>());
  if (!off) return;
  (void)cpu_.HardwareEnable();
  UseMemory();
}

/// It has the base architecture, its memory and the CPU's own interrupts. What else than WFI comes
/// to EL2 ends it: it makes no calls.
void Cpu::RunSecond() {
  trivet::percpu::OpenToEl1(Capability::kInterruptInterface);
  hal::Cpu::Write<IccSreEl2>(IccSreEl2::Inert().sre(true).enable(true));
  hal::Cpu::Isb();
  if (cpu_.HardwareEnable() == Status::kOk) {
    UseMemoryOfSecond();
    hal::Cpu::Write<HcrEl2>(hal::Cpu::Read<HcrEl2>().twi(true));
    hal::Cpu::Write<SctlrEl1>(SctlrEl1::Inert());
    GuestFrame frame = FrameOfSecond();
    do {
      const vcpu::Exit exit = vcpu::ExitBy(trivet::vectors::EnterGuest(frame));
      LogOf(self_).Add(exit, frame.pc);
      if (exit.reason != vcpu::ExitReason::kWaitTrap) break;
      frame.pc += 4;
    } while (WaitOfSecond());
    (void)cpu_.HardwareDisable();
  }
  std::uint64_t x[18] = {static_cast<std::uint64_t>(vcpu::psci::Function::kCpuOff)};
  trivet::platforms::CallBySmc(x);
  for (;;) asm volatile("wfe");
}

void Cpu::ReadRegisters(const Gate& gate) {
  std::uint64_t* to = shared[self_].cpu.registers;
  const auto read = [to]<class R>(unsigned index) { to[index] = hal::Cpu::Read<R>().raw(); };
  to[LAUNCH_SCTLR] = gate.sctlr;
  to[LAUNCH_TCR] = gate.tcr;
  to[LAUNCH_MAIR] = gate.mair;
  to[LAUNCH_TTBR0] = gate.ttbr0;
  to[LAUNCH_SP] = gate.sp;
  read.template operator()<HcrEl2>(LAUNCH_HCR);
  read.template operator()<VtcrEl2>(LAUNCH_VTCR);
  read.template operator()<VttbrEl2>(LAUNCH_VTTBR);
  read.template operator()<CptrEl2>(LAUNCH_CPTR);
  read.template operator()<MdcrEl2>(LAUNCH_MDCR);
  read.template operator()<CnthctlEl2>(LAUNCH_CNTHCTL);
  read.template operator()<CntvoffEl2>(LAUNCH_CNTVOFF);
  read.template operator()<HstrEl2>(LAUNCH_HSTR);
  read.template operator()<VpidrEl2>(LAUNCH_VPIDR);
  read.template operator()<VmpidrEl2>(LAUNCH_VMPIDR);
  read.template operator()<TpidrEl2>(LAUNCH_TPIDR);
  if (Has<Feature::kHcx, hal::Cpu>()) read.template operator()<HcrxEl2>(LAUNCH_HCRX);
}

void Cpu::RecordLeave() {
  launch_cpu& cpu = shared[self_].cpu;
  cpu.is_taken = 0;
  cpu.left_vbar = hal::Cpu::Read<VbarEl2>().raw();
  cpu.left_hcr = hal::Cpu::Read<HcrEl2>().raw();
}

}  // namespace late
