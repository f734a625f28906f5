// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "hal/registers.h"
#include "sim/pe/pe.h"
#include "sim/pe/routing.h"
#include "sim/pe/violation.h"

/// Barriers, TLB maintenance, and what a context synchronization event completes.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kE2h = HcrEl2().e2h(true).raw();
constexpr std::uint64_t kStage2On = HcrEl2().vm(true).dc(true).raw();

constexpr auto kHcrIndex = static_cast<unsigned>(RegisterId::kHcrEl2);
constexpr auto kVttbrIndex = static_cast<unsigned>(RegisterId::kVttbrEl2);
constexpr auto kVtcrIndex = static_cast<unsigned>(RegisterId::kVtcrEl2);

/// Stage 2 is on and this is not the EL2&0 regime.
bool WalksStage2(std::uint64_t hcr) {
  return (hcr & kStage2On) != 0 && (hcr & kE2hTge.raw()) != kE2hTge.raw();
}

}  // namespace

/// After a change of HCR_EL2.E2H, VTTBR_EL2 or VTCR_EL2. Until a change of E2H is synchronized it
/// is open which register some names reach.
void Pe::FundamentChanged(RegisterId storage) {
  settling_ |= kSettleAll;
  ForgetSettled();
  if (storage != RegisterId::kHcrEl2) return;
  const Cell& hcr = state_.cells[kHcrIndex];
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
  const bool all = (settling_ & kSettleAll) != 0;
  settling_ = 0;
  const std::uint64_t hcr = state_.cells[kHcrIndex].value;
  const bool known = !WalksStage2(hcr) || (hcr & model_->tlb_cached_hcr()) == settled_hcr_;
  if (all || !known) [[unlikely]]
    SettleAll();
}

void Pe::SettleAll() {
  ForgetSettled();
  tlb_inbox_.Apply(tlb_);
  tlb_.Synchronize();
  if (plans_ == &model_->PlansWhileE2hChanges()) SelectPlans();
  const std::uint64_t hcr = state_.cells[kHcrIndex].value;
  if (!WalksStage2(hcr)) return;
  const Cell& vttbr = state_.cells[kVttbrIndex];
  const Cell& vtcr = state_.cells[kVtcrIndex];
  if ((vttbr.unknown | vtcr.unknown) != 0) FailUnknownStage2();
  const std::uint64_t controls = hcr & model_->tlb_cached_hcr();
  tlb_.Remember({controls, vtcr.value, vttbr.value});
  settled_hcr_ = controls;
}

Stage2Regime Pe::DecideStage2() {
  tlb_inbox_.Apply(tlb_);
  const std::uint64_t mask = model_->tlb_cached_hcr();
  Stage2Regime now = {.hcr = Decide(RegisterId::kHcrEl2, mask) & mask};
  if ((now.hcr & kStage2On) != 0) {
    if (model_->profile().el2_is_secure)
      throw Violation(std::format("{}: stage 2 of the Secure state is not modelled", Where()));
    now.vtcr = Decide(RegisterId::kVtcrEl2, kEveryBit);
    now.vttbr = Decide(RegisterId::kVttbrEl2, kEveryBit);
  }
  const Stage2Regime* stale = tlb_.StaleOr(now);
  return stale == nullptr || chooser_.SeesNew() ? now : *stale;
}

std::expected<Stage2Leaf, Stage2Fault> Pe::DecideLeaf(
    const Stage2Regime& regime, std::uint64_t ipa,
    const std::expected<Stage2Leaf, Stage2Fault>& walked) {
  const Stage2Leaf* const held = tlb_.Find(regime.Vmid(), ipa);
  if (held == nullptr || (walked && *walked == *held)) {
    if (walked && held == nullptr && walked->IsHeldByTlbs()) tlb_.Hold(regime.Vmid(), ipa, *walked);
    return walked;
  }
  if (walked && !walked->IsSameMapping(*held)) {
    throw Violation(std::format(
        "{}: break-before-make: the TLB may hold {:#x} of level {} for IPA {:#x}, and "
        "the tables have {:#x} of level {}",
        Where(), held->descriptor, held->level, ipa, walked->descriptor, walked->level));
  }
  if (!chooser_.SeesNew()) return *held;
  if (walked && walked->IsHeldByTlbs()) tlb_.Hold(regime.Vmid(), ipa, *walked);
  return walked;
}

void Pe::IsbSlowly() {
  SoftwareAccess access = {.kind = SoftwareAccess::Kind::kIsb};
  if (!PassesFilter(access)) return;
  BeginAccess("isb", "");
  trace_.Add(EventKind::kIsb, RegisterId::kCount, 0);
  Synchronize();
  StepBoundary();
}

void Pe::Dsb(hal::Domain domain) {
  SoftwareAccess access = {.kind = SoftwareAccess::Kind::kDsb,
                           .value = static_cast<std::uint64_t>(domain)};
  if (!PassesFilter(access)) return;
  domain = static_cast<hal::Domain>(access.value);
  if (NeedsAttention()) [[unlikely]]
    BeginAccess("dsb", "");
  trace_.Add(EventKind::kDsb, RegisterId::kCount, static_cast<std::uint64_t>(domain));
  tlb_.Dsb(domain);
  if (domain != hal::Domain::kNonShareable && !broadcasts_.empty()) CompleteBroadcasts();
  if (tlb_.completed()) settling_ |= kSettleAll;
  StepBoundary();
}

void Pe::CompleteBroadcasts() {
  for (const Maintenance& m : std::exchange(broadcasts_, {})) tlbi_sink_(*this, m);
}

void Pe::Invalidate(hal::Tlbi operation) {
  SoftwareAccess access = {.kind = SoftwareAccess::Kind::kTlbi,
                           .value = static_cast<std::uint64_t>(operation)};
  if (!PassesFilter(access)) return;
  operation = static_cast<hal::Tlbi>(access.value);
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
  const Stage2Regime now = {.vtcr = Peek(RegisterId::kVtcrEl2),
                            .vttbr = Peek(RegisterId::kVttbrEl2)};
  if (!pending) {
    tlb_.Invalidate(operation, now.Vmid());
    if (tlbi_sink_ && IsBroadcast(operation)) broadcasts_.push_back({operation, now.Vmid()});
  }
  StepBoundary();
}

/// AT S1E0* and S1E1* of EL2. With stage 1 off the result is the address itself; the memory type
/// that HCR_EL2.DC gives is not described. A read of PAR_EL1 needs no ISB here.
void Pe::Translate(hal::At operation, std::uint64_t address) {
  SoftwareAccess access = {.kind = SoftwareAccess::Kind::kAt,
                           .value = static_cast<std::uint64_t>(operation)};
  if (!PassesFilter(access)) return;
  BeginAccess("at", "");
  if (state_.pstate.el() != 2) throw Violation(std::format("{}: at: not at EL2", Where()));
  trace_.Add(EventKind::kAt, RegisterId::kCount, address);
  using hal::HcrEl2;
  const HcrEl2 regime = HcrEl2().e2h(true).tge(true);
  const HcrEl2 hcr = HcrEl2::FromRaw(Decide(RegisterId::kHcrEl2, regime.dc(true).raw()));
  if ((hcr.raw() & regime.raw()) == regime.raw()) {
    throw Violation(std::format("{}: at: HCR_EL2.{{E2H, TGE}} select the EL2&0 regime", Where()));
  }
  const std::uint64_t on = hal::SctlrEl1().m(true).raw();
  if (!hcr.dc() && (Decide(RegisterId::kSctlrEl1, on) & on) != 0) {
    throw Violation(std::format("{}: stage 1 translation (SCTLR_EL1.M) is not modelled", Where()));
  }
  // [arm-arm] PAR_EL1, F = 0: Device-nGnRnE, outer shareable, bit 11 RES1, NS.
  constexpr std::uint64_t kDevice = 0xb00, kPage = 0xffff'ffff'f000;
  Poke(RegisterId::kParEl1, (address & kPage) | kDevice);
  StepBoundary();
}

/// Exception entry and return synchronize, unless FEAT_ExS clears `bit` (EIS, EOS) of SCTLR_ELx.
void Pe::SynchronizeAt(RegisterId sctlr, std::uint64_t bit) {
  if (model_->Has(hal::Feature::kExs) && (Decide(sctlr, bit) & bit) == 0) return;
  Synchronize();
}

}  // namespace trivet::sim
