// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "hal/registers.h"
#include "sim/pe/code_map.h"
#include "sim/pe/pe.h"
#include "sim/pe/routing.h"
#include "sim/pe/violation.h"

/// Exception entry, return and interrupt delivery.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

/// The registers an exception to one EL goes through.
struct ExceptionRegisters {
  RegisterId vbar, elr, spsr, esr, far, sctlr;
};

constexpr ExceptionRegisters kEl1 = {RegisterId::kVbarEl1, RegisterId::kElrEl1,
                                     RegisterId::kSpsrEl1, RegisterId::kEsrEl1,
                                     RegisterId::kFarEl1,  RegisterId::kSctlrEl1};
constexpr ExceptionRegisters kEl2 = {RegisterId::kVbarEl2, RegisterId::kElrEl2,
                                     RegisterId::kSpsrEl2, RegisterId::kEsrEl2,
                                     RegisterId::kFarEl2,  RegisterId::kSctlrEl2};

constexpr const ExceptionRegisters& RegistersOf(unsigned el) { return el == 1 ? kEl1 : kEl2; }

constexpr std::uint64_t kNmi = hal::SctlrEl1().nmi(true).raw();
constexpr std::uint64_t kSpintMask = hal::SctlrEl1().spintmask(true).raw();
constexpr std::uint64_t kDssbs = hal::SctlrEl1().dssbs(true).raw();
constexpr std::uint64_t kSpan = hal::SctlrEl1().span(true).raw();
constexpr std::uint64_t kVse = HcrEl2().vse(true).raw();
constexpr std::uint64_t kVbarBase = ~std::uint64_t{0x7ff};

/// Offset of the vector group by where the exception came from. [arm-arm] AArch64.TakeException.
constexpr std::uint64_t GroupOffset(Pstate from, unsigned target_el, bool lower_aarch32) {
  if (from.el() < target_el) return lower_aarch32 ? 0x600 : 0x400;
  return from.sp_elx() ? 0x200 : 0x000;
}

struct InterruptBits {
  VectorKind vector;
  std::uint64_t mask;   ///< In PSTATE.
  HcrEl2 route;         ///< HCR_EL2.IMO, FMO, AMO.
  HcrEl2 virtual_line;  ///< HCR_EL2.VI, VF, VSE.
};

constexpr InterruptBits kInterrupts[kInterruptClasses] = {
    {VectorKind::kIrq, Pstate::kI, HcrEl2().imo(true), HcrEl2().vi(true)},
    {VectorKind::kFiq, Pstate::kF, HcrEl2().fmo(true), HcrEl2().vf(true)},
    {VectorKind::kSError, Pstate::kA, HcrEl2().amo(true), HcrEl2().vse(true)},
};

/// What an SPSR_ELx has for AArch32 state on every CPU: NZCV, Q, IT, GE, IL, E, AIF, T and M; and
/// SSBS, where UAO is in AArch64 state. [arm-arm] SPSR_EL2 "when exception taken from AArch32
/// state".
constexpr std::uint64_t kAArch32Fields = 0xfe1f'ffff, kAArch32Ssbs = 1 << 23;

/// True when SPSR_ELx.M is a mode of EL0, EL1 or EL2 in AArch64 state, or one of EL0 or EL1 in
/// AArch32 state. [arm-arm] ELFromSPSR, ELFromM32.
constexpr bool IsMode(Pstate to) {
  constexpr unsigned kUsr = 0, kFiq = 1, kIrq = 2, kSvc = 3, kAbt = 7, kUnd = 11, kSys = 15;
  constexpr unsigned kModes =
      1 << kUsr | 1 << kFiq | 1 << kIrq | 1 << kSvc | 1 << kAbt | 1 << kUnd | 1 << kSys;
  const auto mode = static_cast<unsigned>(to.Bits(Pstate::kModeMask));
  if (to.aarch32()) return (kModes >> mode & 1) != 0;
  return (mode & 2) == 0 && mode != 1 && to.el() < 3;
}

/// A handler that never quiets its interrupt would loop for ever.
constexpr unsigned kMostNestedInterrupts = 4096;

}  // namespace

std::uint64_t Pe::TakeException(const Exception& exception) {
  const unsigned target = exception.target_el;
  if (target == 3) throw Violation(std::format("{}: EL3 is not simulated", Where()));
  if (TakesInAArch32(target)) return EnterAArch32El1(exception);
  const ExceptionRegisters& regs = RegistersOf(target);
  const std::uint64_t base = Decide(regs.vbar, kVbarBase) & kVbarBase;
  const std::uint64_t vector = base + GroupOffset(state_.pstate, target, LowerUsesAArch32(target)) +
                               static_cast<std::uint64_t>(exception.kind);
  SynchronizeAt(regs.sctlr, hal::SctlrEl1().eis(true).raw());
  Poke(regs.spsr, state_.pstate.spsr());
  Poke(regs.elr, exception.return_address);
  if (exception.esr) Poke(regs.esr, *exception.esr);
  if (exception.far) Poke(regs.far, *exception.far);
  if (exception.hpfar) Poke(RegisterId::kHpfarEl2, *exception.hpfar);
  if (exception.hpfar_unknown) Scramble(RegisterId::kHpfarEl2);
  Pstate entered = Pstate::Masked(target);
  entered.Set(Pstate::kNzcv | Pstate::kPan | Pstate::kDit, state_.pstate.spsr());
  if (SetsPan(target)) entered.Set(Pstate::kPan, true);
  if (model_->Has(hal::Feature::kSsbs))
    entered.Set(Pstate::kSsbs, (Decide(regs.sctlr, kDssbs) & kDssbs) != 0);
  entered.Set(Pstate::kTco, model_->Has(hal::Feature::kMte2));
  if (model_->Has(hal::Feature::kNmi)) {
    entered.Set(Pstate::kAllint, (Decide(regs.sctlr, kSpintMask) & kSpintMask) == 0);
  }
  set_pstate(entered);
  state_.pc = vector;
  trace_.Add(EventKind::kExceptionEntry, RegisterId::kCount, vector);
  return vector;
}

/// [arm-arm] SCTLR_EL1.SPAN, and SCTLR_EL2.SPAN where HCR_EL2.{E2H, TGE} are 1: with 0, PSTATE.PAN
/// is set by an exception to that level.
bool Pe::SetsPan(unsigned target) {
  if (!model_->Has(hal::Feature::kPan)) return false;
  const std::uint64_t host = kE2hTge.raw();
  if (target == 2 && (Decide(RegisterId::kHcrEl2, host) & host) != host) return false;
  return (Decide(RegistersOf(target).sctlr, kSpan) & kSpan) == 0;
}

void Pe::ExceptionReturn() {
  if (NeedsAttention()) [[unlikely]]
    BeginAccess("eret", "");
  if (state_.pstate.el() != 2) {
    throw Violation(std::format("{}: ExceptionReturn() is the hypervisor's, at EL2", Where()));
  }
  PerformExceptionReturn();
}

void Pe::PerformExceptionReturn() {
  const ExceptionRegisters& regs = RegistersOf(state_.pstate.el());
  const Pstate saved = Pstate::FromSpsr(Decide(regs.spsr, kEveryBit));
  const Pstate to = ReturnState(saved);
  state_.pc = Decide(regs.elr, kEveryBit);
  trace_.Add(EventKind::kExceptionReturn, RegisterId::kCount, state_.pc);
  SynchronizeAt(regs.sctlr, hal::SctlrEl1().eos(true).raw());
  set_pstate(to);
}

/// PSTATE after an exception return. An illegal one stays at this EL and sets IL; the next
/// instruction takes the Illegal State exception. [arm-arm] "Illegal exception returns".
Pstate Pe::ReturnState(Pstate saved) {
  // SPSR bits that are no PSTATE fields on this CPU go nowhere.
  std::uint64_t fields = model_->MasksOf(RegisterId::kSpsrEl2).fields;
  if (saved.aarch32()) {
    fields = kAArch32Fields | (fields & (Pstate::kPan | Pstate::kDit)) |
             (model_->Has(hal::Feature::kSsbs) ? kAArch32Ssbs : 0);
  }
  Pstate to = Pstate::FromSpsr(saved.spsr() & fields);
  // SS is set only when software step is enabled, which is not modelled.
  to.Set(Pstate::kSs, false);
  if (!IsIllegalReturn(saved)) return to;
  const std::uint64_t to_bits = to.spsr();
  to = state_.pstate;
  to.Set(Pstate::kNzcv | Pstate::kDaif | Pstate::kPan, to_bits);
  to.Set(Pstate::kIl, true);
  return to;
}

/// [arm-arm] IllegalExceptionReturn, for returns from EL2 and EL1 in AArch64 state.
bool Pe::IsIllegalReturn(Pstate to) {
  if (!IsMode(to) || to.el() > state_.pstate.el()) return true;
  if (to.aarch32() && !model_->Has(hal::Feature::kAArch32El0)) return true;
  const HcrEl2 hcr = DecideStates();
  // [arm-arm] EL1 does not exist for a PE with HCR_EL2.TGE set.
  if (to.el() == 1 && hcr.tge()) return true;
  // EL2 and an EL1 that returns are in AArch64 state.
  if (to.el() == state_.pstate.el()) return to.aarch32();
  // Below an AArch32 EL1 nothing is AArch64; below an AArch64 one EL0 may be either.
  const bool el1_aarch32 = state_.pstate.el() == 2 && El1UsesAArch32(hcr);
  return el1_aarch32 ? !to.aarch32() : to.el() == 1 && to.aarch32();
}

void Pe::RunCodeAt(std::uint64_t address) {
  const CodeMap::Place place = CodeMap::Instance().Find(address);
  if (place.code == nullptr) {
    throw Violation(
        std::format("{}: branch or exception to {:#x}, where no code is mapped", Where(), address));
  }
  place.code(*this, place.offset);
}

/// Of a physical line, or of a virtual one by HCRX_EL2. [arm-arm] HCRX_EL2.VINMI, VFNMI.
bool Pe::HasSuperpriority(InterruptClass interrupt, bool physical) {
  if (!model_->Has(hal::Feature::kNmi) || interrupt == InterruptClass::kSError) return false;
  if (physical) {
    const std::uint32_t bit = kSuperpriority << static_cast<unsigned>(interrupt);
    return (attention_.load(std::memory_order_relaxed) & bit) != 0;
  }
  const bool irq = interrupt == InterruptClass::kIrq;
  const std::uint64_t bit =
      irq ? hal::HcrxEl2().vinmi(true).raw() : hal::HcrxEl2().vfnmi(true).raw();
  return (Decide(RegisterId::kHcrxEl2, bit) & bit) != 0;
}

/// Whether PSTATE masks an interrupt that goes to this level, or to the level above EL0. With
/// SCTLR_ELx.NMI of that level PSTATE.ALLINT masks all at ELx, as PSTATE.SP does with SPINTMASK; I
/// and F do not mask what has Superpriority. [arm-arm] SCTLR_EL2.NMI, SPINTMASK.
bool Pe::IsMasked(InterruptClass interrupt, bool superpriority, HcrEl2 hcr) {
  const bool by_class = state_.pstate.Has(kInterrupts[static_cast<unsigned>(interrupt)].mask);
  const unsigned el = state_.pstate.el();
  if (!model_->Has(hal::Feature::kNmi) || interrupt == InterruptClass::kSError) return by_class;
  const RegisterId id = RegistersOf(el != 0 ? el : hcr.tge() ? 2 : 1).sctlr;
  const std::uint64_t sctlr = Decide(id, kNmi | kSpintMask);
  if ((sctlr & kNmi) == 0) return by_class;
  const bool all = el != 0 && (state_.pstate.Has(Pstate::kAllint) ||
                               ((sctlr & kSpintMask) != 0 && state_.pstate.sp_elx()));
  return all || (by_class && !superpriority);
}

RoutingState Pe::RoutingOf(InterruptClass interrupt, std::uint64_t hcr_raw, bool physical) {
  const HcrEl2 hcr = HcrEl2::FromRaw(hcr_raw);
  const InterruptBits& bits = kInterrupts[static_cast<unsigned>(interrupt)];
  return {.el = state_.pstate.el(),
          .e2h = hcr.e2h(),
          .tge = hcr.tge(),
          .route = (hcr_raw & bits.route.raw()) != 0,
          .masked = IsMasked(interrupt, HasSuperpriority(interrupt, physical), hcr)};
}

/// False when no line, physical or virtual, is up: nothing to decide.
bool Pe::AnyInterrupt() const {
  constexpr std::uint64_t kVirtual = HcrEl2().vi(true).vf(true).vse(true).raw();
  if ((attention_.load(std::memory_order_relaxed) & (kLines | kGic)) != 0) return true;
  if (state_.pstate.el() == 2) return false;
  const Cell& hcr = CellOf(RegisterId::kHcrEl2);
  const Cell& ich = CellOf(RegisterId::kIchHcrEl2);
  return ((hcr.value | hcr.old | hcr.unknown) & kVirtual) != 0 || (ich.value & 1) != 0;
}

/// [arm-arm] AArch64.TakeVirtualSErrorException: with FEAT_RAS VSESR_EL2 has the ISS.
std::uint32_t Pe::VirtualErrorSyndrome() {
  constexpr std::uint64_t kIss = 0x1ff'ffff;
  if (!model_->Has(hal::Feature::kRas)) return 0;
  return static_cast<std::uint32_t>(Decide(RegisterId::kVsesrEl2, kIss) & kIss);
}

std::optional<Exception> Pe::DeliverableInterrupt() {
  FollowMaintenance();
  if (!AnyInterrupt()) return std::nullopt;
  for (const bool physical : {true, false}) {
    for (unsigned i = 0; i < kInterruptClasses; ++i) {
      const auto interrupt = static_cast<InterruptClass>(i);
      const InterruptBits& bits = kInterrupts[i];
      if (physical ? !Line(interrupt) && !InterfaceSignals(interrupt) : state_.pstate.el() == 2) {
        continue;
      }
      const std::uint64_t deciding =
          kE2hTge.raw() | bits.route.raw() | (physical ? 0 : bits.virtual_line.raw());
      const std::uint64_t hcr = Decide(RegisterId::kHcrEl2, deciding);
      const bool line = (hcr & bits.virtual_line.raw()) != 0;
      if (!physical && !line && !VirtualInterfaceSignals(interrupt)) continue;
      const RoutingState state = RoutingOf(interrupt, hcr, physical);
      const Delivery delivery = model_->routing()(state, physical);
      if (delivery == Delivery::kPending) continue;
      Exception exception = {.target_el = delivery == Delivery::kToEl2 ? 2u : 1u,
                             .kind = bits.vector,
                             .return_address = state_.pc};
      if (interrupt == InterruptClass::kSError) {
        exception.esr = Syndrome(ExceptionClass::kSError, physical ? 0 : VirtualErrorSyndrome());
        // [arm-arm] AArch64.TakeVirtualSErrorException: clears HCR_EL2.VSE.
        if (physical) {
          Raise(interrupt, false);
        } else {
          Poke(RegisterId::kHcrEl2, CellOf(RegisterId::kHcrEl2).value & ~kVse);
        }
      }
      return exception;
    }
  }
  return std::nullopt;
}

bool Pe::TakePendingAtEl2() {
  if (state_.pstate.el() != 2) return false;
  const std::optional<Exception> exception = DeliverableInterrupt();
  if (!exception) return false;
  const std::uint64_t vector = TakeException(*exception);
  RunCodeAt(vector);
  if (state_.pstate.el() != 2) {
    throw Violation(
        std::format("{}: interrupt code at {:#x} came back at a lower EL", Where(), vector));
  }
  ExceptionReturn();
  return true;
}

void Pe::CallHook() {
  if (hook_ == nullptr || in_hook_) return;
  struct Leave {
    bool& flag;
    ~Leave() { flag = false; }
  } leave{in_hook_ = true};
  hook_(*this);
}

void Pe::BoundarySlowly() {
  CallHook();
  for (unsigned taken = 0; (attention_.load(std::memory_order_relaxed) & (kLines | kGic)) != 0;
       ++taken) {
    if (taken == kMostNestedInterrupts) {
      throw Violation(
          std::format("{}: an interrupt is still asserted after {} entries", Where(), taken));
    }
    if (!TakePendingAtEl2()) return;
  }
}

}  // namespace trivet::sim
