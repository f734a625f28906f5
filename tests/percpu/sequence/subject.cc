// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/sequence/subject.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <set>
#include <stdexcept>
#include <string>

#include "hal/cpu.h"
#include "hal/guest_view.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/scoped_pe.h"
#include "tests/support/machine.h"
#include "vectors/table.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr std::uint64_t kHostVectors = 0x4010'0000;
constexpr std::uint64_t kForeignVectors = 0x4018'0000;
constexpr std::uint64_t kForeignStage2 = 0x4400'0000;
constexpr std::uint64_t kGuestEntry = 0x4020'0000;
constexpr std::uint16_t kGuestVmid = 5;

vcpu::BlockStage2& GuestStage2() {
  static vcpu::BlockStage2 stage2;
  return stage2;
}

/// Compared with the model, or written by every exception.
bool IsModelled(RegisterId id) {
  static const std::set<RegisterId> ids = {
      RegisterId::kVbarEl2,  RegisterId::kHcrEl2,  RegisterId::kTpidrEl2, RegisterId::kVtcrEl2,
      RegisterId::kVttbrEl2, RegisterId::kElrEl2,  RegisterId::kSpsrEl2,  RegisterId::kEsrEl2,
      RegisterId::kFarEl2,   RegisterId::kHpfarEl2};
  return ids.contains(id);
}

/// Writes `error` to `to` with zeros between its members: what is there was left by the stack that
/// the structure came from, and nothing reads it.
void ClearPadding(const percpu::Error& error, std::byte* to) {
  percpu::Error clean;
  std::memset(static_cast<void*>(&clean), 0, sizeof(clean));
  clean.status = error.status;
  clean.feature = error.feature;
  clean.register_id = error.register_id;
  clean.expected = error.expected;
  clean.got = error.got;
  std::memcpy(to, static_cast<const void*>(&clean), sizeof(clean));
}

}  // namespace

bool SubjectState::operator==(const SubjectState& other) const {
  static_assert(sizeof(sim::Cell) == 5 * sizeof(std::uint64_t), "no padding to compare");
  return cpu == other.cpu && guest == other.guest &&
         std::memcmp(&pe.cells, &other.pe.cells, sizeof(pe.cells)) == 0 && pe.x == other.pe.x &&
         pe.pc == other.pe.pc && pe.pstate == other.pe.pstate &&
         pe.attention == other.pe.attention && pe.tlb == other.pe.tlb &&
         pe.settling == other.pe.settling;
}

std::size_t SubjectState::Hash() const {
  const auto text = [](const auto& bytes) {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(bytes.data()), sizeof(bytes)});
  };
  return text(pe.cells) ^ (text(cpu) * 31) ^ (text(guest) * 1021) ^ pe.attention;
}

Subject::Subject(HostKind kind, const sim::Profile& profile, CpuId id) : kind_(kind) {
  void* memory =
      mmap(nullptr, sizeof(Pages), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("mmap");
  const std::uint64_t block = vcpu::BlockStage2::kBlockSize;
  (void)GuestStage2().Map(block, block, vcpu::MemoryType::kNormal);
  {
    sim::Pe any(profile, id);
    const sim::ScopedPe current(any);
    pages_ = new (memory) Pages(profile, id, GuestConfig());
  }
  pe().memory().MapHost(PhysicalAddressOf(&GuestStage2()), &GuestStage2(), sizeof(GuestStage2()));
  pe().memory().Place(kGuestEntry, {sim::Msr(RegisterId::kVbarEl1, 0), sim::Hvc(1)});

  LearnConstants();
}

/// Records the registers that the host's own code leaves, before Trivet's runs.
void Subject::LearnConstants() {
  const sim::ScopedPe current(pe());
  const sim::PeState cold = pe().Snapshot();
  pe().PowerDown();
  pe().PowerUp();
  BootHost();
  constants_.boot = LiveRegisters();
  others_[1] = OtherRegisters();
  pe().Restore(cold);
  BootHost();
  constants_.arrival = LiveRegisters();
  others_[0] = OtherRegisters();
  constants_.kind = kind_;
  constants_.policy_hcr = percpu::DefaultPolicy::kHcrSet.raw();
  for (const hal::GuestControlField& field : hal::GuestControlFields()) {
    if (field.id == RegisterId::kHcrEl2) constants_.guest_hcr |= field.closed;
  }
  for (const hal::FieldInfo& field : hal::InfoOf(RegisterId::kHcrEl2).fields) {
    if (!pe().model().Has(field.traits.needs)) constants_.guest_hcr &= ~field.mask();
  }
  constants_.vm = HcrEl2().vm(true).raw();
  constants_.ours = {.vbar = vectors::TableBase(),
                     .tpidr = reinterpret_cast<std::uint64_t>(&cpu()),
                     .vtcr = percpu::OneLevelStage2().raw(),
                     .vttbr = PhysicalAddressOf(percpu::kEmptyStage2)};
  constants_.guest = {.vtcr = GuestConfig().vtcr.raw(), .vttbr = GuestConfig().vttbr.raw()};
  constants_.foreign = {
      .vbar = kForeignVectors, .vtcr = percpu::OneLevelStage2().raw(), .vttbr = kForeignStage2};
}

Subject::~Subject() {
  SetForbidden(false);
  pages_->~Pages();
  munmap(pages_, sizeof(Pages));
}

vcpu::Config Subject::GuestConfig() {
  return {.entry = kGuestEntry,
          .argument = 0x800,
          .vtcr = vcpu::BlockStage2::vtcr(),
          .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&GuestStage2()), kGuestVmid)};
}

/// The registers that a host's boot code sets, at start and after a power loss. It leaves stage 2
/// unchanged.
void Subject::BootHost() {
  const HcrEl2 hcr = HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true);
  hal::Cpu::Write<HcrEl2>(hcr.e2h(kind_ == HostKind::kVhe).tge(kind_ != HostKind::kNvhe));
  hal::Cpu::Write<VbarEl2>(VbarEl2::FromRaw(kHostVectors));
  hal::Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(0x1234'5678));
  hal::Cpu::Write<MdscrEl1>(MdscrEl1::FromRaw(0));
  hal::Cpu::Isb();
  // RES1 without FEAT_ExS; DSSBS is UNKNOWN after a reset, and decides PSTATE at each exception.
  if (kind_ == HostKind::kVhe) {
    hal::Cpu::Write<hal::SctlrEl2E2h>(hal::SctlrEl2E2h::Inert().eis(true).eos(true));
    hal::Cpu::Write<CptrEl2E2h>(CptrEl2E2h().fpen(TrapLevels::kNone));
    hal::Cpu::Write<CnthctlEl2E2h>(CnthctlEl2E2h().el0pcten(true));
  } else {
    hal::Cpu::Write<CptrEl2>(CptrEl2::Inert());
    hal::Cpu::Write<CnthctlEl2>(CnthctlEl2::Inert());
  }
  hal::Cpu::Isb();
}

Status Subject::Do(Operation operation, bool powered) {
  const sim::ScopedPe current(pe());
  switch (operation) {
    case Operation::kCreate: return cpu().Create(pe().id());
    case Operation::kEnable: return cpu().HardwareEnable();
    case Operation::kDisable: return cpu().HardwareDisable();
    case Operation::kRun: return RunGuest();
    case Operation::kAudit: return cpu().Audit();
    case Operation::kOff:
      cpu().PoweredDown();
      pe().PowerDown();
      return Status::kOk;
    case Operation::kOn:
      pe().PowerUp();
      BootHost();
      return Status::kOk;
    case Operation::kSuspend: {
      const Status status = cpu().PrepareSuspend();
      if (status == Status::kOk) pe().PowerDown();
      return status;
    }
    case Operation::kResume:
      if (!powered) (void)Do(Operation::kOn, powered);
      return cpu().Resumed();
    case Operation::kStandby: return cpu().PrepareSuspend();
    case Operation::kFail: return cpu().SuspendFailed();
    case Operation::kForeignVbar:
      hal::Cpu::Write<VbarEl2>(VbarEl2::FromRaw(kForeignVectors));
      hal::Cpu::Isb();
      return Status::kOk;
    case Operation::kForeignHcr: ForeignHcr(); return Status::kOk;
  }
  return Status::kInvalidArgument;
}

Status Subject::RunGuest() {
  vcpu::Vcpu& guest = pages_->guest;
  guest.frame() = {.x = {0x800}, .pc = kGuestEntry, .pstate = 0x3c5};
  const Result<vcpu::Exit> exit = guest.Run(cpu());
  if (exit)
    return exit->reason == vcpu::ExitReason::kHypercall ? Status::kOk : Status::kInvalidArgument;
  if (exit.error() == Status::kLostState) {
    guest.~Vcpu();
    new (&guest) vcpu::Vcpu(GuestConfig());
  }
  return exit.error();
}

void Subject::ForeignHcr() {
  const HcrEl2 hcr = hal::Cpu::Read<HcrEl2>();
  if (!hcr.vm()) {
    hal::Cpu::Write<VtcrEl2>(percpu::OneLevelStage2());
    hal::Cpu::Write<VttbrEl2>(VttbrEl2::FromRaw(kForeignStage2));
    hal::Cpu::Isb();
  }
  hal::Cpu::Write<HcrEl2>(hcr.vm(!hcr.vm()));
  hal::Cpu::Isb();
}

SubjectState Subject::Save() {
  SubjectState state = {.pe = pe().Snapshot()};
  for (sim::Cell& cell : state.pe.cells) {
    const bool pending = cell.epoch == state.pe.epoch;
    if (!pending) cell.old = cell.old_unknown = 0;
    cell.epoch = pending ? 1 : 0;
  }
  state.pe.epoch = 1;
  std::memcpy(state.cpu.data(), static_cast<const void*>(&cpu()), state.cpu.size());
  const percpu::Error& error = cpu().last_error();
  const auto offset =
      reinterpret_cast<std::uintptr_t>(&error) - reinterpret_cast<std::uintptr_t>(&cpu());
  ClearPadding(error, state.cpu.data() + offset);
  std::memcpy(state.guest.data(), static_cast<const void*>(&pages_->guest), state.guest.size());
  return state;
}

void Subject::Load(const SubjectState& state) {
  pe().Restore(state.pe);
  std::memcpy(static_cast<void*>(&cpu()), state.cpu.data(), state.cpu.size());
  std::memcpy(static_cast<void*>(&pages_->guest), state.guest.data(), state.guest.size());
}

Registers Subject::LiveRegisters() const {
  const sim::Pe& pe = pages_->pe;
  return {.vbar = pe.Peek(RegisterId::kVbarEl2),
          .hcr = pe.Peek(RegisterId::kHcrEl2),
          .tpidr = pe.Peek(RegisterId::kTpidrEl2),
          .vtcr = pe.Peek(RegisterId::kVtcrEl2),
          .vttbr = pe.Peek(RegisterId::kVttbrEl2)};
}

std::vector<std::uint64_t> Subject::OtherRegisters() const {
  std::vector<std::uint64_t> values;
  for (const RegisterInfo& info : AllRegisters()) {
    if (info.storage == info.id && !IsModelled(info.id)) values.push_back(pages_->pe.Peek(info.id));
  }
  return values;
}

std::string Subject::Disagreement(const Model& model, std::uint32_t before) {
  if (cpu().IsEnabled() != (model.phase == Model::Phase::kEnabled)) return "IsEnabled()";
  if (cpu().generation() != before + model.lost) return "generation()";
  if (!model.powered) return "";
  const Registers live = LiveRegisters();
  if (live.vbar != model.live.vbar) return "VBAR_EL2";
  if (live.hcr != model.live.hcr) return "HCR_EL2";
  if (live.tpidr != model.live.tpidr) return "TPIDR_EL2";
  if (live.vtcr != model.live.vtcr) return "VTCR_EL2";
  if (live.vttbr != model.live.vttbr) return "VTTBR_EL2";
  if (pe().IsPending(RegisterId::kVbarEl2) || pe().IsPending(RegisterId::kHcrEl2) ||
      pe().IsPending(RegisterId::kVttbrEl2) || pe().IsPending(RegisterId::kVtcrEl2)) {
    return "a register is not synchronized";
  }
  if (model.guest_loaded) return "";
  return OtherRegisters() == others_[model.booted_again] ? "" : "a register of the host's";
}

void Subject::SetForbidden(bool forbidden) {
  if (mprotect(pages_, sizeof(Pages), forbidden ? PROT_NONE : PROT_READ | PROT_WRITE) != 0) {
    throw std::runtime_error("mprotect");
  }
}

}  // namespace trivet::tests
