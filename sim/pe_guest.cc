#include <format>

#include "hal/registers.h"
#include "sim/pe.h"
#include "sim/stage2.h"
#include "sim/violation.h"

/// Instructions at EL0 and EL1.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kAll = ~std::uint64_t{0};

/// ISS bits of conditional instructions: CV = 1, COND = always.
constexpr std::uint32_t kAlwaysCondition = 0x1e0'0000;

constexpr std::uint64_t kSctlrM = hal::SctlrEl1().m(true).raw();

unsigned AccessBytes(const Instruction& i) { return 1u << i.memory.size_log2; }

/// ISS of a data abort, without its status code. [arm-arm] ISS of EC 0x24.
std::uint32_t DataAbortIss(const Instruction& i, bool from_lower) {
  const std::uint32_t write = i.op == Op::kStore ? 1u << 6 : 0;
  const MemoryShape& m = i.memory;
  if (!from_lower || !m.syndrome_valid) return write;
  return 1u << 24 | std::uint32_t{m.size_log2} << 22 | (m.sign_extend ? 1u << 21 : 0) |
         std::uint32_t{i.rt} << 16 | (m.sixty_four ? 1u << 15 : 0) |
         (m.acquire_release ? 1u << 14 : 0) | write;
}

}  // namespace

/// An exception that belongs to EL1, or to EL2 when the host takes EL1's: HCR_EL2.TGE.
Exception Pe::ToEl1(ExceptionClass ec, std::uint32_t iss, std::uint64_t return_address) {
  const HcrEl2 hcr = HcrEl2::FromRaw(Decide(RegisterId::kHcrEl2, HcrEl2().tge(true).raw()));
  const bool host = state_.pstate.el() == 0 && hcr.tge();
  return {.target_el = host ? 2u : 1u, .esr = Syndrome(ec, iss), .return_address = return_address};
}

Exception Pe::Undefined() { return ToEl1(ExceptionClass::kUnknown, 0, state_.pc); }

bool Pe::Traps(std::uint64_t hcr_bit) {
  return (Decide(RegisterId::kHcrEl2, hcr_bit) & hcr_bit) != 0;
}

std::optional<Exception> Pe::ExecuteCall(const Instruction& i) {
  const std::uint64_t next = state_.pc + 4;
  const auto imm = static_cast<std::uint32_t>(i.imm);
  const bool el0 = state_.pstate.el() == 0;
  switch (i.op) {
    case Op::kSvc:
      return ToEl1(ExceptionClass::kSvc64, imm, next);
    case Op::kHvc:
      if (el0 || (!profile().has_el3 && Traps(HcrEl2().hcd(true).raw()))) return Undefined();
      return Exception{.esr = Syndrome(ExceptionClass::kHvc64, imm), .return_address = next};
    case Op::kSmc: {
      if (el0) return Undefined();
      const bool traps = profile().has_el3 || profile().tsc_traps_without_el3;
      if (!traps || !Traps(HcrEl2().tsc(true).raw())) {
        if (!profile().has_el3) return Undefined();
        throw Violation(std::format("{}: smc #{:#x}: EL3 is not simulated", Where(), imm));
      }
      return Exception{.esr = Syndrome(ExceptionClass::kSmc64, imm), .return_address = state_.pc};
    }
    default:
      return ToEl1(ExceptionClass::kBrk64, imm, state_.pc);
  }
}

std::optional<Exception> Pe::ExecuteWait(const Instruction& i) {
  const bool wfe = i.op == Op::kWfe;
  const std::uint64_t trap = wfe ? HcrEl2().twe(true).raw() : HcrEl2().twi(true).raw();
  // Untrapped, both may complete at any time: the simulated PE does not sleep.
  if (!Traps(trap)) return std::nullopt;
  return Exception{.esr = Syndrome(ExceptionClass::kWfx, kAlwaysCondition | (wfe ? 1 : 0)),
                   .return_address = state_.pc};
}

std::optional<Exception> Pe::ExecuteFp() {
  const std::uint64_t cpacr = Decide(RegisterId::kCpacrEl1, 3ull << 20) >> 20 & 3;
  const bool open = cpacr == 3 || (cpacr == 1 && state_.pstate.el() == 1);
  if (!open) return ToEl1(ExceptionClass::kSimdFp, kAlwaysCondition, state_.pc);
  const std::uint64_t cptr = Decide(RegisterId::kCptrEl2, kAll);
  const std::uint64_t fpen = cptr >> 20 & 3;
  const bool e2h = Traps(HcrEl2().e2h(true).raw());
  const bool trapped = e2h ? (fpen != 3 && fpen != 1) : hal::CptrEl2::FromRaw(cptr).tfp();
  if (!trapped) return std::nullopt;
  return Exception{.esr = Syndrome(ExceptionClass::kSimdFp, kAlwaysCondition),
                   .return_address = state_.pc};
}

std::optional<Exception> Pe::CheckTraps(RegisterId id, unsigned rt, bool read) {
  for (const Trap& trap : model_->TrapsFor(id)) {
    const auto wanted = static_cast<unsigned>(read ? Direction::kRead : Direction::kWrite);
    if ((static_cast<unsigned>(trap.direction) & wanted) == 0) continue;
    if ((trap.from >> state_.pstate.el() & 1) == 0) continue;
    if ((Decide(trap.control, trap.mask) & trap.mask) != trap.value) continue;
    const std::uint32_t iss = SystemRegisterIss(hal::InfoOf(id).encoding, rt, read);
    return Exception{
        .target_el = trap.target_el, .esr = Syndrome(trap.ec, iss), .return_address = state_.pc};
  }
  return std::nullopt;
}

std::optional<Exception> Pe::ExecuteSystemRegister(const Instruction& i) {
  const bool read = i.op == Op::kMrs;
  const AccessPlan& plan = (*plans_)[static_cast<unsigned>(i.reg)];
  const Outcome outcome = read ? plan.read : plan.write;
  if (outcome != Outcome::kOk) return Undefined();
  if (auto trapped = CheckTraps(i.reg, i.rt, read)) return trapped;
  if (read) {
    const bool computed = (plan.effects & kComputed) != 0;
    set_x(i.rt, computed ? ReadComputed(plan.storage) : Peek(plan.storage));
  } else {
    trace_.Add(EventKind::kWrite, plan.storage, x(i.rt));
    Store(plan, x(i.rt));
    if ((plan.effects & kControl) != 0) ApplyControl(plan.storage);
  }
  return std::nullopt;
}

std::expected<std::uint64_t, Stage2Fault> Pe::TranslateGuest(std::uint64_t va, AccessKind access) {
  const HcrEl2 hcr = HcrEl2::FromRaw(Decide(RegisterId::kHcrEl2, HcrEl2().vm(true).dc(true).raw()));
  if (!hcr.dc() && (Decide(RegisterId::kSctlrEl1, kSctlrM) & kSctlrM) != 0) {
    throw Violation(std::format("{}: stage 1 translation (SCTLR_EL1.M) is not modelled", Where()));
  }
  // [arm-arm] HCR_EL2.DC behaves as VM set.
  if (!hcr.vm() && !hcr.dc()) return va;
  const auto pa_range = hal::IdAa64Mmfr0El1::FromRaw(Peek(RegisterId::kIdAa64Mmfr0El1)).parange();
  const Stage2Controls controls = {.vtcr = Decide(RegisterId::kVtcrEl2, kAll),
                                   .vttbr = Decide(RegisterId::kVttbrEl2, kAll),
                                   .pa_bits = PhysicalAddressBits(static_cast<unsigned>(pa_range)),
                                   .execute_never_el = model_->Has(hal::Feature::kXnx)};
  return TranslateStage2(controls, *memory_, va, access, state_.pstate.el());
}

Exception Pe::Stage2Abort(const Stage2Fault& fault, std::uint64_t va, ExceptionClass ec,
                          std::uint32_t iss) {
  Exception abort = {
      .esr = Syndrome(ec, iss | fault.Status()), .far = va, .return_address = state_.pc};
  // [arm-arm] HPFAR_EL2 is UNKNOWN for permission faults; it keeps its value here.
  if (fault.kind != FaultKind::kPermission) abort.hpfar = (va & ((1ull << 48) - 1)) >> 12 << 4;
  return abort;
}

std::optional<Exception> Pe::ExecuteMemory(const Instruction& i) {
  const std::uint64_t va = x(i.rn) + i.imm;
  const bool store = i.op == Op::kStore;
  // Stage 1 off without HCR_EL2.DC: Device memory, where every access must be aligned.
  if (va % AccessBytes(i) != 0 && !Traps(HcrEl2().dc(true).raw())) {
    Exception abort =
        ToEl1(ExceptionClass::kDataAbortLower, (store ? 1u << 6 : 0) | 0x21, state_.pc);
    if (state_.pstate.el() == 1)
      abort.esr = Syndrome(ExceptionClass::kDataAbortSame, (store ? 1u << 6 : 0) | 0x21);
    abort.far = va;
    return abort;
  }
  const auto pa = TranslateGuest(va, store ? AccessKind::kWrite : AccessKind::kRead);
  if (!pa)
    return Stage2Abort(pa.error(), va, ExceptionClass::kDataAbortLower, DataAbortIss(i, true));
  if (store) {
    memory_->Write(*pa, x(i.rt), AccessBytes(i));
    return std::nullopt;
  }
  std::uint64_t value = memory_->Read(*pa, AccessBytes(i));
  if (i.memory.sign_extend) {
    const unsigned shift = 64 - 8 * AccessBytes(i);
    value = static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
    if (!i.memory.sixty_four) value &= 0xffff'ffff;
  }
  set_x(i.rt, value);
  return std::nullopt;
}

std::optional<Exception> Pe::ExecuteGuestReturn() {
  if (state_.pstate.el() == 0) return Undefined();
  const Pstate to = Pstate::FromSpsr(Decide(RegisterId::kSpsrEl1, kAll));
  if (to.el() > 1 || IsIllegalReturn(to)) {
    throw Violation(
        std::format("{}: illegal exception return from EL1 (SPSR_EL1 {:#x})", Where(), to.spsr()));
  }
  state_.pc = Decide(RegisterId::kElrEl1, kAll);
  trace_.Add(EventKind::kExceptionReturn, RegisterId::kCount, state_.pc);
  Synchronize();
  set_pstate(to);
  return std::nullopt;
}

std::optional<Exception> Pe::Execute(const Instruction& i) {
  switch (i.op) {
    case Op::kHvc:
    case Op::kSmc:
    case Op::kSvc:
    case Op::kBrk:
      return ExecuteCall(i);
    case Op::kUdf:
      return Undefined();
    case Op::kWfi:
    case Op::kWfe:
      return ExecuteWait(i);
    case Op::kFp:
      return ExecuteFp();
    case Op::kMrs:
    case Op::kMsr:
      return ExecuteSystemRegister(i);
    case Op::kLoad:
    case Op::kStore:
      return ExecuteMemory(i);
    case Op::kMovImm:
      set_x(i.rt, i.imm);
      return std::nullopt;
    case Op::kAddImm:
      set_x(i.rt, x(i.rn) + i.imm);
      return std::nullopt;
    case Op::kIsb:
      Synchronize();
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Exception> Pe::StepGuest() {
  if (auto interrupt = DeliverableInterrupt()) return interrupt;
  const std::uint64_t at = state_.pc;
  const auto pa = TranslateGuest(at, AccessKind::kFetch);
  if (!pa) return Stage2Abort(pa.error(), at, ExceptionClass::kInstructionAbortLower, 0);
  const Instruction* instruction = memory_->InstructionAt(*pa);
  if (instruction == nullptr) {
    throw Violation(std::format(
        "{}: fetch from {:#x} (physical {:#x}), where no guest code was placed", Where(), at, *pa));
  }
  trace_.Add(EventKind::kInstruction, RegisterId::kCount, at);
  if (instruction->op == Op::kEret) return ExecuteGuestReturn();
  if (instruction->op == Op::kBranch || instruction->op == Op::kRet) {
    state_.pc = instruction->op == Op::kBranch ? at + instruction->imm : x(instruction->rn);
    return std::nullopt;
  }
  auto exception = Execute(*instruction);
  if (!exception) state_.pc = at + 4;
  return exception;
}

std::uint64_t Pe::RunLowerEl() {
  if (state_.pstate.el() == 2)
    throw Violation(std::format("{}: RunLowerEl() needs EL0 or EL1", Where()));
  for (std::uint64_t count = 0; count < instruction_limit_; ++count) {
    BeginAccess("instruction at", "PC");
    if (const auto exception = StepGuest()) {
      const std::uint64_t vector = TakeException(*exception);
      if (exception->target_el == 2) return vector;
    }
    CallHook();
  }
  throw Violation(std::format("{}: the guest ran {} instructions without an exit, PC {:#x}",
                              Where(), instruction_limit_, state_.pc));
}

}  // namespace trivet::sim
