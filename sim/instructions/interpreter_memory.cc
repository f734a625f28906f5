// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/violation.h"

/// Fetches, loads, stores and cache operations of the Interpreter.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::uint32_t kWriteNotRead = 1 << 6;  // ISS.WnR
constexpr std::uint32_t kAlignmentFault = 0x21;
constexpr std::uint64_t kSctlrM = hal::SctlrEl1().m(true).raw();
constexpr std::uint64_t kSctlrA = hal::SctlrEl1().a(true).raw();

unsigned AccessBytes(const Instruction& i) { return 1u << i.memory.size_log2; }

/// ISS of a data abort taken to EL2 from below, without its status code. [arm-arm] ISS of EC 0x24.
std::uint32_t AbortIss(const Instruction& i) {
  const std::uint32_t write = i.op == Op::kStore ? kWriteNotRead : 0;
  const MemoryShape& m = i.memory;
  if (!m.syndrome_valid) return write;
  return 1u << 24 | std::uint32_t{m.size_log2} << 22 | (m.sign_extend ? 1u << 21 : 0) |
         std::uint32_t{i.rt} << 16 | (m.sixty_four ? 1u << 15 : 0) |
         (m.acquire_release ? 1u << 14 : 0) | write;
}

std::uint64_t SignExtend(std::uint64_t value, const Instruction& i) {
  const unsigned shift = 64 - 8 * AccessBytes(i);
  value = static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
  return i.memory.sixty_four ? value : value & 0xffff'ffff;
}

}  // namespace

std::expected<std::uint64_t, Stage2Fault> Interpreter::Translate(std::uint64_t va,
                                                                 AccessKind access) {
  const HcrEl2 hcr = Hcr(HcrEl2().dc(true).e2h(true).tge(true));
  const bool in_host = el() == 2 || (el() == 0 && hcr.e2h() && hcr.tge());
  const RegisterId sctlr = in_host ? RegisterId::kSctlrEl2 : RegisterId::kSctlrEl1;
  const bool stage1_off = !in_host && (hcr.dc() || hcr.tge());
  if (!stage1_off && (pe_.Decide(sctlr, kSctlrM) & kSctlrM) != 0) {
    throw Violation(std::format("{}: stage 1 translation ({}.M) is not modelled", pe_.Where(),
                                hal::InfoOf(sctlr).name));
  }
  if (in_host) return va;
  const Stage2Regime regime = pe_.DecideStage2();
  const HcrEl2 cached = HcrEl2::FromRaw(regime.hcr);
  // [arm-arm] HCR_EL2.DC behaves as VM set.
  if (!cached.vm() && !cached.dc()) return va;
  const auto pa_range =
      hal::IdAa64Mmfr0El1::FromRaw(pe_.Peek(RegisterId::kIdAa64Mmfr0El1)).parange();
  const Stage2Controls controls = {.vtcr = regime.vtcr,
                                   .vttbr = regime.vttbr,
                                   .pa_bits = PhysicalAddressBits(static_cast<unsigned>(pa_range)),
                                   .execute_never_el = pe_.model().Has(hal::Feature::kXnx)};
  const auto leaf = pe_.DecideLeaf(regime, va, WalkStage2(controls, pe_.memory(), va));
  if (!leaf) return std::unexpected(leaf.error());
  return AccessThrough(controls, pe_.memory(), *leaf, va, access, el());
}

Exception Interpreter::Stage2Abort(const Stage2Fault& fault, std::uint64_t va, ExceptionClass ec,
                                   std::uint32_t iss) {
  Exception abort = ToEl2(ec, iss | fault.Status(), pe_.pc());
  abort.far = va;
  // [arm-arm] HPFAR_EL2: UNKNOWN after a permission fault outside a stage 1 walk, of which there
  // are none here.
  abort.hpfar_unknown = fault.kind == FaultKind::kPermission;
  if (!abort.hpfar_unknown) abort.hpfar = (va & ((1ull << 48) - 1)) >> 12 << 4;
  return abort;
}

Exception Interpreter::Alignment(std::uint64_t va, bool write) {
  Exception abort = ToHandler(ExceptionClass::kDataAbortLower,
                              (write ? kWriteNotRead : 0) | kAlignmentFault, pe_.pc());
  if (abort.target_el == el()) {
    abort.esr =
        Syndrome(ExceptionClass::kDataAbortSame, (write ? kWriteNotRead : 0) | kAlignmentFault);
  }
  abort.far = va;
  return abort;
}

std::optional<Exception> Interpreter::CheckFetch(std::uint64_t* physical) {
  const std::uint64_t at = pe_.pc();
  if (at % 4 != 0) {
    Exception exception = ToHandler(ExceptionClass::kPcAlignment, 0, at);
    exception.far = at;
    return exception;
  }
  const auto pa = Translate(at, AccessKind::kFetch);
  if (!pa) return Stage2Abort(pa.error(), at, ExceptionClass::kInstructionAbortLower, 0);
  *physical = *pa;
  if (pe_.pstate().Has(Pstate::kIl)) return ToHandler(ExceptionClass::kIllegalState, 0, at);
  return std::nullopt;
}

/// With stage 1 off memory is Device, unless HCR_EL2.DC makes EL1's and EL0's Normal.
bool Interpreter::IsNormalMemory() { return el() < 2 && Hcr(HcrEl2().dc(true)).dc(); }

/// AT: with stage 1 off the result is the address itself; stage 2, for AT S12E*, may fault.
std::optional<Exception> Interpreter::TranslationQuery(const Instruction& i) {
  const hal::Encoding& e = AccessInfoOf(i.reg).encoding;
  const bool both_stages = e.op1 == 4 && e.op2 >= 4;
  const bool of_el2 = e.op1 == 4 && !both_stages;
  const HcrEl2 hcr = Hcr(HcrEl2().dc(true).tge(true).e2h(true));
  if ((hcr.dc() && !of_el2) || both_stages) {
    // What the combined attributes are is not described here.
    pe_.MakeUnknown(RegisterId::kParEl1, kAll);
    return std::nullopt;
  }
  // [arm-arm] PAR_EL1, F = 0: Device-nGnRnE, outer shareable, bit 11 RES1, NS.
  constexpr std::uint64_t kDevice = 0xb00;
  const std::uint64_t page = pe_.x(i.rt) & 0xffff'ffff'f000;
  pe_.Poke(RegisterId::kParEl1, page | kDevice);
  return std::nullopt;
}

std::optional<Exception> Interpreter::CacheOperation(const Instruction& i) {
  const bool zeroes = AccessInfoOf(i.reg).encoding == hal::Encoding{1, 3, 7, 4, 1};
  // DC ZVA stores: with stage 1 off memory is Device, where it faults as an unaligned access does.
  if (zeroes && !IsNormalMemory()) return Alignment(pe_.x(i.rt), true);
  return std::nullopt;
}

std::optional<Exception> Interpreter::Memory(const Instruction& i) {
  const std::uint64_t va = pe_.x(i.rn) + i.imm;
  const bool store = i.op == Op::kStore;
  // Stage 1 off without HCR_EL2.DC: Device memory, where every access must be aligned.
  if (va % AccessBytes(i) != 0) {
    if (!IsNormalMemory() || (pe_.Decide(RegisterId::kSctlrEl1, kSctlrA) & kSctlrA) != 0)
      return Alignment(va, store);
  }
  const auto pa = Translate(va, store ? AccessKind::kWrite : AccessKind::kRead);
  if (!pa) return Stage2Abort(pa.error(), va, ExceptionClass::kDataAbortLower, AbortIss(i));
  if (store) {
    pe_.memory().Write(*pa, pe_.x(i.rt), AccessBytes(i));
    return std::nullopt;
  }
  const std::uint64_t value = pe_.memory().Read(*pa, AccessBytes(i));
  pe_.set_x(i.rt, i.memory.sign_extend ? SignExtend(value, i) : value);
  return std::nullopt;
}

}  // namespace trivet::sim
