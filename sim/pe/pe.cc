// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/pe.h"

#include <format>
#include <string>

#include "hal/registers.h"
#include "sim/gic/maintenance.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::RegisterId;

constexpr std::uint64_t kHostBits = hal::HcrEl2().e2h(true).tge(true).raw();

constexpr unsigned Index(RegisterId id) { return static_cast<unsigned>(id); }

/// The names of the fields that overlap bits, for messages.
std::string NameBits(const hal::RegisterInfo& info, std::uint64_t bits) {
  std::string names;
  for (const hal::FieldInfo& field : info.fields) {
    if ((field.mask() & bits) == 0) continue;
    if (!names.empty()) names += ", ";
    names += field.hi == field.lo ? std::format("{}[{}]", field.name, field.hi)
                                  : std::format("{}[{}:{}]", field.name, field.hi, field.lo);
  }
  return names;
}

/// A change of PSTATE.SM. [arm-arm] ResetSVEState().
void ResetVectors(Pe& pe) {
  for (unsigned n = 0; n < kVectors; ++n) pe.set_vector(n, {});
  constexpr auto kFpsr =
      hal::Fpsr().qc(true).idc(true).ixc(true).ufc(true).ofc(true).dzc(true).ioc(true);
  pe.Poke(RegisterId::kFpsr, kFpsr.raw());
}

}  // namespace

Pe::Pe(const Profile& profile, CpuId id) : Pe(Model::For(profile), id) {}

Pe::Pe(std::shared_ptr<const Model> model, CpuId id)
    : model_(std::move(model)), id_(id), memory_(std::make_shared<PhysicalMemory>()) {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    Poke(info.storage, model_->MasksOf(info.storage).reset_value);
  }
  for (const IdValue& value : profile().ids) {
    if (const RegisterId reg = FindRegister(value.name); reg != RegisterId::kCount) {
      Poke(reg, value.value);
    }
  }
  Poke(RegisterId::kMpidrEl1, model_->MasksOf(RegisterId::kMpidrEl1).ones | id.affinity);
  // Names of PSTATE wrote into it above.
  state_.pstate = Pstate::Masked(2);
  SelectPlans();
}

std::string Pe::Where() const {
  return std::format("PE {}.{}.{}.{}, EL{}", id_.affinity >> 32 & 0xff, id_.affinity >> 16 & 0xff,
                     id_.affinity >> 8 & 0xff, id_.affinity & 0xff, state_.pstate.el());
}

const Cell& Pe::CellOf(RegisterId id) const { return state_.cells[Index(hal::InfoOf(id).storage)]; }
Cell& Pe::CellOf(RegisterId id) { return state_.cells[Index(hal::InfoOf(id).storage)]; }

void Pe::Poke(RegisterId id, std::uint64_t value) {
  if (plans_ != nullptr && (PlanOf(id).effects & kComputed) != 0) return WriteComputed(id, value);
  CellOf(id) = Cell{.value = value, .old = value};
  ForgetSettled();
  if (model_->StorageOf(id) == RegisterId::kHcrEl2) SelectPlans();
}

void Pe::MakeUnknown(RegisterId id, std::uint64_t bits) {
  ForgetSettled();
  Cell& cell = CellOf(id);
  cell.unknown |= bits;
  cell.old_unknown |= bits;
}

void Pe::set_pstate(Pstate pstate) {
  state_.pstate = pstate;
  SelectPlans();
}

void Pe::SelectPlans() {
  const bool e2h = hal::HcrEl2::FromRaw(CellOf(RegisterId::kHcrEl2).value).e2h();
  plans_ = &model_->PlansAt(state_.pstate.el(), e2h);
}

void Pe::BeginAccess(const char* what, std::string_view name) {
  const std::uint32_t attention = attention_.load(std::memory_order_relaxed);
  if ((attention & kPoweredOff) != 0) {
    throw Violation(std::format("{}: {} {}: this PE is powered down", Where(), what, name));
  }
  if ((attention & kFault) != 0 && --fail_countdown_ == 0) {
    SetAttention(kFault, false);
    throw InjectedFault(std::format("{}: {} {}: injected fault", Where(), what, name));
  }
}

std::uint64_t Pe::ReadSlowly(RegisterId id) {
  SoftwareAccess access = {.kind = SoftwareAccess::Kind::kRead, .reg = id};
  if (!PassesFilter(access)) return 0;
  id = access.reg;
  const hal::RegisterInfo& info = hal::InfoOf(id);
  BeginAccess("read", info.name);
  const AccessPlan& plan = (*plans_)[Index(id)];
  if (plan.read != Outcome::kOk) {
    throw Violation(std::format("{}: read {}: {}", Where(), info.name, RuleText(plan.read)));
  }
  if ((plan.effects & kTrappable) != 0) RefuseTrapped(id, true);
  const std::uint64_t value = PerformRead(id);
  StepBoundary();
  return value;
}

const Rule* Pe::TrappingRule(AccessId id, bool read) {
  const std::span<const Rule> rules = model_->RulesFor(id);
  if (rules.empty()) return nullptr;
  const auto hcr = hal::HcrEl2::FromRaw(Decide(RegisterId::kHcrEl2, kHostBits));
  const auto wanted = static_cast<unsigned>(read ? Direction::kRead : Direction::kWrite);
  for (const Rule& rule : rules) {
    if ((static_cast<unsigned>(rule.direction) & wanted) == 0) continue;
    if (rule.aarch64_only && state_.pstate.aarch32()) continue;
    const bool here = (rule.from >> state_.pstate.el() & 1) != 0;
    if (!here || !IsIn(rule.host_state, hcr.e2h(), hcr.tge())) continue;
    if (rule.Holds(Decide(rule.control, rule.mask))) return &rule;
  }
  return nullptr;
}

/// EL2's own access would take an exception to EL2. [arm-arm] CPTR_EL2.
void Pe::RefuseTrapped(AccessId id, bool read) {
  const Rule* rule = TrappingRule(id, read);
  if (rule == nullptr) return;
  throw Violation(std::format("{}: {} {}: trapped to EL2 by {} bits {:#x}", Where(),
                              read ? "read" : "write", AccessInfoOf(id).name,
                              hal::InfoOf(rule->control).name, rule->mask));
}

void Pe::CheckReserved(RegisterId id, const AccessPlan& plan, std::uint64_t value) const {
  if (reserved_bits_ == ReservedBits::kIgnored) return;
  const std::uint64_t wrong = (value & plan.reserved) ^ plan.reserved_value;
  if (wrong == 0) return;
  const std::uint64_t ones = wrong & value;
  const std::uint64_t zeros = wrong & ~value;
  const hal::RegisterInfo& info = hal::InfoOf(id);
  std::string text = std::format("{}: write {} = {:#x}:", Where(), info.name, value);
  if (ones != 0) {
    text += std::format(" bits {:#x} ({}) are RES0 on {} and written as 1;", ones,
                        NameBits(info, ones), profile().name);
  }
  if (zeros != 0) {
    text +=
        std::format(" bits {:#x} ({}) are RES1 and written as 0;", zeros, NameBits(info, zeros));
  }
  text.back() = '.';
  throw Violation(text);
}

void Pe::WriteSlowly(RegisterId id, std::uint64_t value) {
  SoftwareAccess access = {.kind = SoftwareAccess::Kind::kWrite, .reg = id, .value = value};
  if (!PassesFilter(access)) return;
  id = access.reg;
  value = access.value;
  const hal::RegisterInfo& info = hal::InfoOf(id);
  BeginAccess("write", info.name);
  const AccessPlan& plan = (*plans_)[Index(id)];
  if (plan.write != Outcome::kOk) {
    throw Violation(
        std::format("{}: write {} = {:#x}: {}", Where(), info.name, value, RuleText(plan.write)));
  }
  if ((plan.effects & kTrappable) != 0) RefuseTrapped(id, false);
  CheckReserved(id, plan, value);
  PerformWrite(id, value);
  StepBoundary();
}

std::uint64_t Pe::PerformRead(RegisterId id) {
  const AccessPlan& plan = PlanOf(id);
  if ((plan.effects & kInterface) != 0) return ReadInterface(plan.storage);
  return (plan.effects & kComputed) != 0 ? ReadComputed(plan.storage) : Peek(plan.storage);
}

void Pe::PerformWrite(RegisterId id, std::uint64_t value) {
  const AccessPlan& plan = PlanOf(id);
  trace_.Add(EventKind::kWrite, plan.storage, value);
  if ((plan.effects & kComputed) != 0) return WriteComputed(plan.storage, value);
  if ((plan.effects & kInterface) != 0 && WriteInterface(plan.storage, value)) return;
  Cell& cell = CellOf(plan.storage);
  if (cell.epoch != state_.epoch) cell.old_unknown = cell.unknown;
  cell.unknown &= plan.keeps;
  const std::uint64_t changed = cell.value ^ value;
  Store(cell, plan, value, cell.value & plan.keeps);
  if (plan.storage == RegisterId::kSvcr && hal::Svcr::FromRaw(changed).sm()) ResetVectors(*this);
  if (plan.storage == RegisterId::kOslarEl1) {
    const bool lock = hal::OslarEl1::FromRaw(value).oslk();
    Cell& status = CellOf(RegisterId::kOslsrEl1);
    status.value = hal::OslsrEl1::FromRaw(status.value).oslk(lock).raw();
  }
  if ((plan.effects & kBitwise) == 0) return;
  const BitMasks& masks = model_->MasksOf(id);  // Of the name: one sets, another clears.
  cell.value = (cell.value | (value & masks.sets)) & ~(value & masks.clears);
}

std::uint64_t Pe::ReadComputed(RegisterId storage) const {
  switch (storage) {
    case RegisterId::kCurrentEl: return std::uint64_t{state_.pstate.el()} << 2;
    case RegisterId::kSpSel: return state_.pstate.sp_elx() ? 1 : 0;
    case RegisterId::kIchMisrEl2:
    case RegisterId::kIchEisrEl2:
    case RegisterId::kIchElrsrEl2: return MaintenanceRegister(*this, storage);
    default:
      // The rest of PSTATE stands at the same bits as in an SPSR.
      return state_.pstate.Bits(model_->MasksOf(storage).stores);
  }
}

void Pe::WriteComputed(RegisterId storage, std::uint64_t value) {
  switch (storage) {
    case RegisterId::kSpSel: return state_.pstate.Set(Pstate::kSp, (value & 1) != 0);
    case RegisterId::kIchMisrEl2:
    case RegisterId::kIchEisrEl2:
    case RegisterId::kIchElrsrEl2: return;  // Nothing is stored.
    default:
      // The rest of PSTATE stands at the same bits as in an SPSR.
      state_.pstate.Set(model_->MasksOf(storage).stores, value);
  }
}

std::uint64_t Pe::DaifMask() {
  if (NeedsAttention()) [[unlikely]]
    BeginAccess("daifset", "DAIF");
  const std::uint64_t before = state_.pstate.Bits(Pstate::kDaif);
  state_.pstate.Set(Pstate::kDaif, true);
  trace_.Add(EventKind::kDaifChange, RegisterId::kDaif, Pstate::kDaif);
  StepBoundary();
  return before;
}

void Pe::DaifRestore(std::uint64_t daif) {
  if (NeedsAttention()) [[unlikely]]
    BeginAccess("write", "DAIF");
  state_.pstate.Set(Pstate::kDaif, daif);
  trace_.Add(EventKind::kDaifChange, RegisterId::kDaif, daif);
  StepBoundary();
}

CpuId Pe::CurrentCpu() { return CpuId::FromMpidr(Read(RegisterId::kMpidrEl1)); }

std::uint64_t Pe::Decide(RegisterId id, std::uint64_t mask) {
  const Cell& cell = CellOf(id);
  std::uint64_t value = cell.value;
  std::uint64_t unknown = cell.unknown;
  const bool pending =
      cell.epoch == state_.epoch && (cell.old != cell.value || cell.old_unknown != cell.unknown);
  const bool deferred = model_->IsDeferred(id);
  if (pending && deferred && !chooser_.SeesNew()) {
    value = cell.old;
    unknown = cell.old_unknown;
  }
  if ((unknown & mask) != 0) {
    const hal::RegisterInfo& info = hal::InfoOf(id);
    throw Violation(std::format("{}: the PE decides by {} while bits {:#x} ({}) are UNKNOWN",
                                Where(), info.name, unknown & mask,
                                NameBits(info, unknown & mask)));
  }
  return value;
}

}  // namespace trivet::sim
