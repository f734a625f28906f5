// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/instructions/interpreter.h"

#include <format>

#include "hal/registers.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

const AccessId kWfiRule = FindAccess("WFI");
const AccessId kWfeRule = FindAccess("WFE");
const AccessId kFpRule = FindAccess("FP");
const AccessId kSvcRule = FindAccess("SVC");
const AccessId kEretRule = FindAccess("ERET");

}  // namespace

HcrEl2 Interpreter::Hcr(HcrEl2 deciding) {
  return HcrEl2::FromRaw(pe_.Decide(RegisterId::kHcrEl2, deciding.raw()));
}

Exception Interpreter::ToEl2(ExceptionClass ec, std::uint32_t iss, std::uint64_t return_address) {
  return {.target_el = 2, .esr = Syndrome(ec, iss), .return_address = return_address};
}

Exception Interpreter::ToHandler(ExceptionClass ec, std::uint32_t iss,
                                 std::uint64_t return_address) {
  Exception exception = ToEl2(ec, iss, return_address);
  const bool el2 = el() == 2 || (el() == 0 && Hcr(HcrEl2().tge(true)).tge());
  exception.target_el = el2 ? 2 : 1;
  return exception;
}

Exception Interpreter::Undefined() { return ToHandler(ExceptionClass::kUnknown, 0, pe_.pc()); }

Exception Interpreter::Trap(const Rule& rule, AccessId id, unsigned rt, bool read) {
  if (rule.ec == ExceptionClass::kUnknown) return Undefined();
  std::uint32_t iss = 0;
  if (rule.ec == ExceptionClass::kSystem) {
    iss = SystemRegisterIss(AccessInfoOf(id).encoding, rt, read);
  } else if (rule.ec == ExceptionClass::kWfx) {
    iss = kAlwaysCondition | (id == kWfeRule ? 1 : 0);
  } else if (rule.ec == ExceptionClass::kSimdFp) {
    iss = kAlwaysCondition;
  }
  if (rule.target == Target::kToEl2) return ToEl2(rule.ec, iss, pe_.pc());
  const Exception trap = ToHandler(rule.ec, iss, pe_.pc());
  // [arm-arm] CPACR_EL1 traps that TGE routes to EL2 are reported as uncategorized.
  if (rule.ec != ExceptionClass::kSystem && rule.ec != ExceptionClass::kWfx && trap.target_el == 2)
    return Undefined();
  return trap;
}

std::optional<Exception> Interpreter::CheckRules(AccessId id, unsigned rt, bool read) {
  const Rule* rule = pe_.TrappingRule(id, read);
  if (rule == nullptr) return std::nullopt;
  return Trap(*rule, id, rt, read);
}

bool Interpreter::IsUndefined(const Instruction& i, bool read) {
  const AccessInfo& info = AccessInfoOf(i.reg);
  if (i.reg == AccessId(RegisterId::kSpEl0) && !pe_.pstate().sp_elx()) return true;
  if (i.reg.is_register()) {
    const AccessPlan& plan = pe_.PlanOf(i.reg.reg());
    if (!read && el() < info.least_write_el) return true;
    const Outcome outcome = read ? plan.read : plan.write;
    return outcome != Outcome::kOk && outcome != Outcome::kWrongLayout &&
           outcome != Outcome::kUnsynchronized;
  }
  const hal::Access wrong = read ? hal::Access::kWriteOnly : hal::Access::kReadOnly;
  return el() < info.least_el || !pe_.model().Has(info.needs) || info.access == wrong;
}

/// FEAT_IDST: reads of the identification space that are not allowed, at any EL, are reported with
/// the register's syndrome. [arm-arm] ID_AA64MMFR2_EL1.IDS.
bool Interpreter::IsIdTrap(AccessId id, bool read) {
  const hal::Encoding& e = AccessInfoOf(id).encoding;
  return read && e.op0 == 3 && e.op1 <= 1 && e.crn == 0 && pe_.model().Has(hal::Feature::kIdst);
}

Exception Interpreter::Sys64(AccessId id, unsigned rt, bool read) {
  return ToHandler(ExceptionClass::kSystem, SystemRegisterIss(AccessInfoOf(id).encoding, rt, read),
                   pe_.pc());
}

std::optional<Exception> Interpreter::SystemAccess(const Instruction& i) {
  const bool read = i.op == Op::kMrs;
  if (IsUndefined(i, read)) {
    return IsIdTrap(i.reg, read) ? Sys64(i.reg, i.rt, read) : Undefined();
  }
  if (auto trapped = CheckRules(i.reg, i.rt, read)) return trapped;
  if (!AccessInfoOf(i.reg).completes) {
    throw Violation(std::format("{}: {} is not modelled beyond its traps", pe_.Where(),
                                AccessInfoOf(i.reg).name));
  }
  if (!i.reg.is_register()) return Operation(i);
  if (read) {
    pe_.set_x(i.rt, pe_.PerformRead(i.reg.reg()));
  } else {
    pe_.PerformWrite(i.reg.reg(), pe_.x(i.rt));
  }
  return std::nullopt;
}

std::optional<Exception> Interpreter::Operation(const Instruction& i) {
  const hal::Encoding& e = AccessInfoOf(i.reg).encoding;
  const bool implementation_defined = e.op0 == 3 && (e.crn == 11 || e.crn == 15);
  if (implementation_defined) return Undefined();
  if (e.op0 == 1 && e.crn == 7 && (e.crm == 8 || e.crm == 9)) return TranslationQuery(i);
  if (e.op0 == 1 && e.crn == 7) return CacheOperation(i);
  if (e.op0 == 0) {
    Pstate pstate = pe_.pstate();
    if (e.op2 == 6) pstate.Set(i.imm << 6, true);
    if (e.op2 == 7) pstate.Set(i.imm << 6, false);
    if (e.op2 == 5) pstate.Set(Pstate::kSp, (i.imm & 1) != 0);
    if (e.op2 == 4) pstate.Set(Pstate::kPan, (i.imm & 1) != 0);
    pe_.set_pstate(pstate);
  }
  return std::nullopt;
}

std::optional<Exception> Interpreter::Hint(AccessId id) {
  // Untrapped, WFI and WFE may complete at any time: the simulated PE does not sleep.
  return CheckRules(id, 31, true);
}

std::optional<Exception> Interpreter::Call(const Instruction& i) {
  const std::uint64_t next = pe_.pc() + 4;
  const auto imm = static_cast<std::uint32_t>(i.imm);
  const bool aarch32 = pe_.pstate().aarch32();
  if (i.op == Op::kSvc) return SupervisorCall(i);
  if (el() == 0) return Undefined();
  if (i.op == Op::kSmc) return MonitorCall(i);
  const bool disabled = !pe_.profile().has_el3 && Hcr(HcrEl2().hcd(true)).hcd();
  if (disabled) return Undefined();
  return ToEl2(aarch32 ? ExceptionClass::kHvc32 : ExceptionClass::kHvc64, imm, next);
}

/// [arm-arm] AArch64.CheckForSVCTrap: a trapped SVC reports its immediate and its own address.
std::optional<Exception> Interpreter::SupervisorCall(const Instruction& i) {
  const auto imm = static_cast<std::uint32_t>(i.imm);
  if (auto trap = CheckRules(kSvcRule, 31, false)) {
    trap->esr = Syndrome(ExceptionClass::kSvc64, imm);
    return trap;
  }
  const bool aarch32 = pe_.pstate().aarch32();
  return ToHandler(aarch32 ? ExceptionClass::kSvc32 : ExceptionClass::kSvc64, imm, pe_.pc() + 4);
}

/// SMC at EL1 or EL2. [arm-arm] AArch64.CheckForSMCUndefOrTrap.
std::optional<Exception> Interpreter::MonitorCall(const Instruction& i) {
  const bool aarch32 = pe_.pstate().aarch32();
  const ExceptionClass ec = aarch32 ? ExceptionClass::kSmc32 : ExceptionClass::kSmc64;
  // [arm-arm] ISS of EC 0x13: nothing but the condition, which only SMCs that passed one report.
  const std::uint32_t iss = aarch32 ? 0 : static_cast<std::uint32_t>(i.imm);
  const Profile& profile = pe_.profile();
  const bool may_trap = profile.has_el3 || profile.tsc_traps_without_el3;
  if (el() == 1 && may_trap && Hcr(HcrEl2().tsc(true)).tsc()) return ToEl2(ec, iss, pe_.pc());
  if (!profile.has_el3) return Undefined();
  Exception exception = ToEl2(ec, iss, pe_.pc() + 4);
  exception.target_el = 3;
  return exception;
}

std::optional<Exception> Interpreter::Breakpoint(const Instruction& i) {
  Exception exception =
      ToHandler(ExceptionClass::kBrk64, static_cast<std::uint32_t>(i.imm), pe_.pc());
  const std::uint64_t tde = hal::MdcrEl2().tde(true).raw();
  if ((pe_.Decide(RegisterId::kMdcrEl2, tde) & tde) != 0) exception.target_el = 2;
  return exception;
}

std::optional<Exception> Interpreter::Return() {
  if (el() == 0) return Undefined();
  if (auto trap = CheckRules(kEretRule, 31, false)) return trap;
  pe_.PerformExceptionReturn();
  return std::nullopt;
}

std::optional<Exception> Interpreter::MoveVector(const Instruction& i) {
  if (auto trap = CheckRules(kFpRule, 31, true)) return trap;
  if (i.op == Op::kFmovFromVector) {
    pe_.set_x(i.rt, pe_.vector(i.rn)[i.imm]);
    return std::nullopt;
  }
  Vector value = pe_.vector(i.rt);
  value[i.imm] = pe_.x(i.rn);
  if (i.imm == 0) value[1] = 0;
  pe_.set_vector(i.rt, value);
  return std::nullopt;
}

/// An instruction of an extension that is modelled as far as its traps.
std::optional<Exception> Interpreter::Extension(const Instruction& i) {
  const AccessInfo& info = AccessInfoOf(i.reg);
  if (!pe_.model().Has(info.needs)) return Undefined();
  if (auto trap = CheckRules(i.reg, 31, true)) return trap;
  throw Violation(std::format("{}: {} is not modelled beyond its traps", pe_.Where(), info.name));
}

std::optional<Exception> Interpreter::Dispatch(const Instruction& i) {
  switch (i.op) {
    case Op::kHvc:
    case Op::kSmc:
    case Op::kSvc: return Call(i);
    case Op::kBrk: return Breakpoint(i);
    case Op::kUdf: return Undefined();
    case Op::kWfi: return Hint(kWfiRule);
    case Op::kWfe: return Hint(kWfeRule);
    case Op::kFp: return CheckRules(kFpRule, 31, true);
    case Op::kFmovToVector:
    case Op::kFmovFromVector: return MoveVector(i);
    case Op::kExtension: return Extension(i);
    case Op::kMrs:
    case Op::kMsr: return SystemAccess(i);
    case Op::kLoad:
    case Op::kStore: return Memory(i);
    case Op::kMovImm: pe_.set_x(i.rt, i.imm); return std::nullopt;
    case Op::kAddImm: pe_.set_x(i.rt, pe_.x(i.rn) + i.imm); return std::nullopt;
    case Op::kMrc:
    case Op::kMcr: return Coprocessor(i);
    case Op::kIsb: pe_.PerformIsb(); return std::nullopt;
    default: return std::nullopt;
  }
}

std::optional<Exception> Interpreter::Execute(const Instruction& i) {
  const std::uint64_t at = pe_.pc();
  if (i.op == Op::kEret) return Return();
  if (i.op == Op::kBranch || i.op == Op::kRet) {
    pe_.set_pc(i.op == Op::kBranch ? at + i.imm : pe_.x(i.rn));
    return std::nullopt;
  }
  auto exception = Dispatch(i);
  if (!exception) pe_.set_pc(at + 4);
  return exception;
}

std::optional<Exception> Interpreter::Step() {
  std::uint64_t physical = 0;
  if (auto exception = CheckFetch(&physical)) return exception;
  const Instruction* instruction = pe_.memory().InstructionAt(physical);
  if (instruction == nullptr) {
    throw Violation(
        std::format("{}: fetch from {:#x} (physical {:#x}), where no guest code was placed",
                    pe_.Where(), pe_.pc(), physical));
  }
  pe_.trace().Add(EventKind::kInstruction, RegisterId::kCount, pe_.pc());
  return Execute(*instruction);
}

}  // namespace trivet::sim
