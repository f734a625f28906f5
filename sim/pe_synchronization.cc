#include <format>

#include "hal/registers.h"
#include "sim/pe.h"
#include "sim/violation.h"

/// Barriers, TLB maintenance, and what a context synchronization event completes.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::uint64_t kE2h = HcrEl2().e2h(true).raw();
constexpr std::uint64_t kHost = HcrEl2().e2h(true).tge(true).raw();
constexpr std::uint64_t kStage2On = HcrEl2().vm(true).dc(true).raw();

bool InHost(std::uint64_t hcr) { return (hcr & kHost) == kHost; }

}  // namespace

/// Until a change of E2H is synchronized it is open which register some names reach.
void Pe::LayoutChanged() {
  const Cell& hcr = CellOf(RegisterId::kHcrEl2);
  if (((hcr.old ^ hcr.value) & kE2h) != 0) {
    plans_ = &model_->PlansWhileE2hChanges();
  } else {
    SelectPlans();
  }
}

void Pe::FailUnknownStage2() const {
  const bool vttbr = CellOf(RegisterId::kVttbrEl2).unknown != 0;
  throw Violation(
      std::format("{}: HCR_EL2.VM takes effect while {} is UNKNOWN: stage 2 may be walked "
                  "by speculation from now on",
                  Where(), vttbr ? "VTTBR_EL2" : "VTCR_EL2"));
}

void Pe::Settle() {
  settling_ = false;
  tlb_.Synchronize();
  if (plans_ == &model_->PlansWhileE2hChanges()) [[unlikely]]
    SelectPlans();
  const auto cell = [this](RegisterId id) -> const Cell& {
    return state_.cells[static_cast<unsigned>(id)];
  };
  const std::uint64_t hcr = cell(RegisterId::kHcrEl2).value;
  if ((hcr & kStage2On) == 0 || InHost(hcr)) return;
  const Cell& vttbr = cell(RegisterId::kVttbrEl2);
  const Cell& vtcr = cell(RegisterId::kVtcrEl2);
  if ((vttbr.unknown | vtcr.unknown) != 0) [[unlikely]]
    FailUnknownStage2();
  tlb_.Remember({hcr & model_->tlb_cached_hcr(), vtcr.value, vttbr.value});
}

Stage2Regime Pe::DecideStage2() {
  const std::uint64_t mask = model_->tlb_cached_hcr();
  Stage2Regime now = {.hcr = Decide(RegisterId::kHcrEl2, mask) & mask};
  if ((now.hcr & kStage2On) != 0) {
    now.vtcr = Decide(RegisterId::kVtcrEl2, kAll);
    now.vttbr = Decide(RegisterId::kVttbrEl2, kAll);
  }
  const Stage2Regime* stale = tlb_.StaleOr(now);
  return stale == nullptr || chooser_.SeesNew() ? now : *stale;
}

void Pe::IsbSlowly() {
  BeginAccess("isb", "");
  trace_.Add(EventKind::kIsb, RegisterId::kCount, 0);
  Synchronize();
  StepBoundary();
}

void Pe::Dsb(hal::Domain domain) {
  if (NeedsAttention()) [[unlikely]]
    BeginAccess("dsb", "");
  trace_.Add(EventKind::kDsb, RegisterId::kCount, static_cast<std::uint64_t>(domain));
  tlb_.Dsb(domain);
  settling_ |= tlb_.completed();
  StepBoundary();
}

void Pe::Invalidate(hal::Tlbi operation) {
  if (NeedsAttention()) [[unlikely]]
    BeginAccess("tlbi", "");
  if (state_.pstate.el() < 2) {
    throw Violation(std::format("{}: tlbi: UNDEFINED below EL2", Where()));
  }
  trace_.Add(EventKind::kTlbi, RegisterId::kCount, static_cast<std::uint64_t>(operation));
  // While a change of the controls is not synchronized, walks under the old ones may go on and
  // bring back what the TLBI removes.
  const bool pending = IsPending(RegisterId::kHcrEl2) || IsPending(RegisterId::kVttbrEl2) ||
                       IsPending(RegisterId::kVtcrEl2);
  if (!pending) tlb_.Invalidate(operation, Tlb::VmidOf(Peek(RegisterId::kVttbrEl2)));
  StepBoundary();
}

/// Exception entry and return synchronize, unless FEAT_ExS clears `bit` (EIS, EOS) of SCTLR_ELx.
void Pe::SynchronizeAt(RegisterId sctlr, std::uint64_t bit) {
  if (model_->Has(hal::Feature::kExs) && (Decide(sctlr, bit) & bit) == 0) return;
  Synchronize();
}

}  // namespace trivet::sim
