#include <format>

#include "hal/registers.h"
#include "sim/code_map.h"
#include "sim/pe.h"
#include "sim/violation.h"

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

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::uint64_t kVbarBase = ~std::uint64_t{0x7ff};

/// Offset of the vector group by where the exception came from. AArch32 below the target is not
/// modelled, so group 0x600 is never used: Decide() has refused before.
constexpr std::uint64_t GroupOffset(Pstate from, unsigned target_el) {
  if (from.el() < target_el) return 0x400;
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

constexpr HcrEl2 kHost = HcrEl2().e2h(true).tge(true);

/// A handler that never quiets its interrupt would loop for ever.
constexpr unsigned kMostNestedInterrupts = 4096;

}  // namespace

std::uint64_t Pe::TakeException(const Exception& exception) {
  const ExceptionRegisters& regs = RegistersOf(exception.target_el);
  const std::uint64_t base = Decide(regs.vbar, kVbarBase) & kVbarBase;
  const std::uint64_t vector = base + GroupOffset(state_.pstate, exception.target_el) +
                               static_cast<std::uint64_t>(exception.kind);
  SynchronizeAt(regs.sctlr, hal::SctlrEl1().eis(true).raw());
  Poke(regs.spsr, state_.pstate.spsr());
  Poke(regs.elr, exception.return_address);
  if (exception.esr) Poke(regs.esr, *exception.esr);
  if (exception.far) Poke(regs.far, *exception.far);
  if (exception.hpfar) Poke(RegisterId::kHpfarEl2, *exception.hpfar);
  Pstate entered = Pstate::Masked(exception.target_el);
  entered.Set(Pstate::kNzcv | Pstate::kPan | Pstate::kDit, state_.pstate.spsr());
  set_pstate(entered);
  state_.pc = vector;
  trace_.Add(EventKind::kExceptionEntry, RegisterId::kCount, vector);
  return vector;
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
  const Pstate saved = Pstate::FromSpsr(Decide(regs.spsr, kAll));
  const Pstate to = ReturnState(saved);
  state_.pc = Decide(regs.elr, kAll);
  trace_.Add(EventKind::kExceptionReturn, RegisterId::kCount, state_.pc);
  SynchronizeAt(regs.sctlr, hal::SctlrEl1().eos(true).raw());
  set_pstate(to);
}

/// PSTATE after an exception return. An illegal one stays at this EL and sets IL; the next
/// instruction takes the Illegal State exception. [arm-arm] "Illegal exception returns".
Pstate Pe::ReturnState(Pstate saved) {
  // SPSR bits that are no PSTATE fields on this CPU go nowhere.
  Pstate to = Pstate::FromSpsr(saved.spsr() & model_->MasksOf(RegisterId::kSpsrEl2).fields);
  // SS is set only when software step is enabled, which is not modelled.
  to.Set(Pstate::kSs, false);
  if (!IsIllegalReturn(saved)) return to;
  const std::uint64_t to_bits = to.spsr();
  to = state_.pstate;
  to.Set(Pstate::kNzcv | Pstate::kDaif | Pstate::kPan, to_bits);
  to.Set(Pstate::kIl, true);
  return to;
}

bool Pe::IsIllegalReturn(Pstate to) {
  const std::uint64_t deciding = kHost.raw() | HcrEl2().rw(true).raw();
  const HcrEl2 hcr = HcrEl2::FromRaw(Decide(RegisterId::kHcrEl2, deciding));
  const bool host = hcr.e2h() && hcr.tge();
  // Below an AArch32 EL1 nothing is AArch64.
  if (state_.pstate.el() == 2 && to.el() < 2 && !hcr.rw() && !host) return true;
  const bool bad_mode =
      to.Has(Pstate::kAArch32) || (to.spsr() & 2) != 0 || (to.el() == 0 && to.sp_elx());
  // [arm-arm] EL1 does not exist for a PE with HCR_EL2.TGE set.
  return bad_mode || to.el() > state_.pstate.el() || (to.el() == 1 && hcr.tge());
}

void Pe::RunCodeAt(std::uint64_t address) {
  const CodeMap::Place place = CodeMap::Instance().Find(address);
  if (place.code == nullptr) {
    throw Violation(
        std::format("{}: branch or exception to {:#x}, where no code is mapped", Where(), address));
  }
  place.code(*this, place.offset);
}

RoutingState Pe::RoutingOf(InterruptClass interrupt, std::uint64_t hcr_raw) const {
  const HcrEl2 hcr = HcrEl2::FromRaw(hcr_raw);
  const InterruptBits& bits = kInterrupts[static_cast<unsigned>(interrupt)];
  return {.el = state_.pstate.el(),
          .e2h = hcr.e2h(),
          .tge = hcr.tge(),
          .route = (hcr_raw & bits.route.raw()) != 0,
          .masked = state_.pstate.Has(bits.mask)};
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

std::optional<Exception> Pe::DeliverableInterrupt() {
  if (!AnyInterrupt()) return std::nullopt;
  for (const bool physical : {true, false}) {
    for (unsigned i = 0; i < kInterruptClasses; ++i) {
      const auto interrupt = static_cast<InterruptClass>(i);
      const InterruptBits& bits = kInterrupts[i];
      if (physical ? !Line(interrupt) && !InterfaceSignals(interrupt) : state_.pstate.el() == 2) {
        continue;
      }
      const std::uint64_t deciding =
          kHost.raw() | bits.route.raw() | (physical ? 0 : bits.virtual_line.raw());
      const std::uint64_t hcr = Decide(RegisterId::kHcrEl2, deciding);
      const bool line = (hcr & bits.virtual_line.raw()) != 0;
      if (!physical && !line && !VirtualInterfaceSignals(interrupt)) continue;
      const RoutingState state = RoutingOf(interrupt, hcr);
      const Delivery delivery = model_->routing()(state, physical);
      if (delivery == Delivery::kPending) continue;
      Exception exception = {.target_el = delivery == Delivery::kToEl2 ? 2u : 1u,
                             .kind = bits.vector,
                             .return_address = state_.pc};
      if (interrupt == InterruptClass::kSError) {
        exception.esr = Syndrome(ExceptionClass::kSError, 0);
        if (physical) Raise(interrupt, false);
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
