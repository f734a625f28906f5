// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/model/model.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "hal/registers.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::BitKind;
using hal::FieldInfo;
using hal::Layout;
using hal::RegisterId;
using hal::RegisterInfo;

constexpr unsigned Index(RegisterId id) { return static_cast<unsigned>(id); }

/// Names that show parts of PSTATE, or what the virtual interface reports.
bool IsComputed(RegisterId id) {
  switch (id) {
    case RegisterId::kCurrentEl:
    case RegisterId::kDaif:
    case RegisterId::kSpSel:
    case RegisterId::kNzcv:
    case RegisterId::kPan:
    case RegisterId::kUao:
    case RegisterId::kDit:
    case RegisterId::kSsbs:
    case RegisterId::kTco:
    case RegisterId::kAllInt:
    case RegisterId::kIchMisrEl2:
    case RegisterId::kIchEisrEl2:
    case RegisterId::kIchElrsrEl2: return true;
    default: return false;
  }
}

bool IsListRegister(RegisterId id) {
  return id >= RegisterId::kIchLr0El2 && id <= RegisterId::kIchLr15El2;
}

/// Registers about AArch32 at EL1 that are RES0, not UNDEFINED, where EL1 has none. [arm-arm]
/// HSTR_EL2, SPSR_abt, SPSR_fiq, SPSR_irq, SPSR_und.
bool StaysAsRes0(RegisterId id) {
  switch (id) {
    case RegisterId::kHstrEl2:
    case RegisterId::kSpsrAbt:
    case RegisterId::kSpsrFiq:
    case RegisterId::kSpsrIrq:
    case RegisterId::kSpsrUnd:
    case RegisterId::kOsdlrEl1: return true;
    default: return false;
  }
}

/// What EL1 reads instead of the PE's own identity. [arm-arm] VPIDR_EL2, VMPIDR_EL2.
RegisterId SeenFromEl1(RegisterId id) {
  if (id == RegisterId::kMidrEl1) return RegisterId::kVpidrEl2;
  if (id == RegisterId::kMpidrEl1) return RegisterId::kVmpidrEl2;
  return id;
}

}  // namespace

const char* RuleText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk: return "allowed";
    case Outcome::kMissingFeature: return "UNDEFINED: this CPU does not implement the register";
    case Outcome::kWrongEl: return "UNDEFINED: not accessible at this EL";
    case Outcome::kReadOnly: return "UNDEFINED: the register is read-only";
    case Outcome::kWriteOnly: return "UNDEFINED: the register is write-only";
    case Outcome::kNeedsE2h: return "UNDEFINED: the name needs HCR_EL2.E2H = 1";
    case Outcome::kUnsynchronized:
      return "HCR_EL2.E2H was changed and no context synchronization event followed";
    case Outcome::kWrongLayout:
      return "wrong layout: its bits mean something else with this HCR_EL2.E2H";
  }
  return "?";
}

std::shared_ptr<const Model> Model::For(const Profile& profile) {
  static std::mutex mutex;
  static std::vector<std::shared_ptr<const Model>> models;
  const std::scoped_lock lock(mutex);
  for (const auto& model : models) {
    if (model->profile() == profile) return model;
  }
  models.push_back(std::make_shared<const Model>(profile));
  return models.back();
}

std::shared_ptr<const Model> Model::Altered(const Profile& profile, const Alteration& alteration) {
  const auto model = std::make_shared<Model>(profile);
  if (alteration.rule) model->SetRules(CompileRules(alteration.rule));
  if (alteration.routing) alteration.routing(model->routing_);
  for (auto& by_e2h : model->plans_) {
    for (Plans& plans : by_e2h) {
      for (AccessPlan& plan : plans) {
        if (plan.storage == alteration.lost_register) plan.stores &= ~alteration.lost_bits;
      }
    }
  }
  return model;
}

Model::Model(const Profile& profile) : profile_(profile), features_(profile.Features()) {
  for (const RegisterInfo& info : hal::AllRegisters()) {
    masks_[Index(info.id)] = ComputeMasks(info);
    storage_[Index(info.id)] = info.storage;
    deferred_[Index(info.id)] = info.sync == hal::Sync::kContext;
  }
  ShareLayouts();
  for (const FieldInfo& field : hal::InfoOf(RegisterId::kHcrEl2).fields) {
    if (field.traits.tlb_cached) tlb_cached_hcr_ |= field.mask();
  }
  for (unsigned el = 0; el < 3; ++el) {
    for (const bool e2h : {false, true}) {
      for (const RegisterInfo& info : hal::AllRegisters()) {
        plans_[el][e2h][Index(info.id)] = ComputePlan(info, el, e2h);
      }
    }
  }
  SetRules(CompileRules());
  for (const RegisterInfo& info : hal::AllRegisters()) {
    constexpr unsigned kFromEl2 = 1 << 2;
    const auto at_el2 = [](const Rule& rule) { return (rule.from & kFromEl2) != 0; };
    if (!std::ranges::any_of(RulesFor(info.id), at_el2)) continue;
    for (const bool e2h : {false, true}) {
      AccessPlan& plan = plans_[2][e2h][Index(info.id)];
      plan.effects |= kTrappable;
      plan.reads_slowly = plan.writes_slowly = true;
    }
  }
  for (const RegisterInfo& info : hal::AllRegisters()) {
    const unsigned i = Index(info.id);
    changing_[i] = plans_[2][0][i];
    if (plans_[2][0][i] != plans_[2][1][i]) {
      changing_[i].read = changing_[i].write = Outcome::kUnsynchronized;
    }
  }
}

bool Model::HasControlOf(const Rule& rule) const {
  const RegisterInfo& info = hal::InfoOf(rule.layout);
  if (!Has(info.needs)) return false;
  return std::ranges::any_of(info.fields, [&](const FieldInfo& field) {
    return (field.mask() & rule.mask) != 0 && Has(field.traits.needs);
  });
}

/// Keeps the rules whose controls this CPU has: elsewhere a control field is RES0, whatever 0 means
/// in it.
void Model::SetRules(std::vector<std::vector<Rule>> rules) {
  for (std::vector<Rule>& of_name : rules) {
    std::erase_if(of_name, [this](const Rule& rule) { return !HasControlOf(rule); });
  }
  rules_ = std::move(rules);
}

void Model::AddReset(BitMasks& masks, const FieldInfo& field) const {
  const hal::FieldTraits& traits = field.traits;
  std::uint64_t value = traits.reset;
  if (traits.reset_is_pmcr_n) {
    value = hal::PmcrEl0::FromRaw(profile_.Id("PMCR_EL0")).n();
  } else if (!traits.has_reset && (!traits.has_top_reset || profile_.has_el3)) {
    return;
  }
  masks.reset_known |= field.mask();
  masks.reset_value |= (value << field.lo) & field.mask();
}

void Model::AddField(BitMasks& masks, const FieldInfo& field) const {
  const std::uint64_t bits = field.mask();
  const hal::FieldTraits& traits = field.traits;
  const auto lacks = [this](hal::Feature f) { return f != hal::Feature::kBase && !Has(f); };
  if (field.kind == BitKind::kRes1 || lacks(traits.res1_without)) {
    masks.res1 |= bits;
    masks.ones |= bits;
  } else if (field.kind == BitKind::kRes0 || lacks(traits.needs)) {
    masks.res0 |= bits;
  } else if (lacks(traits.rao_without)) {
    masks.ones |= bits;
  } else {
    if (traits.on_write == hal::OnWrite::kStores) masks.stores |= bits;
    if (traits.on_write == hal::OnWrite::kSets) masks.sets |= bits;
    if (traits.on_write == hal::OnWrite::kClears) masks.clears |= bits;
    if (traits.on_write == hal::OnWrite::kIgnored) masks.keeps |= bits;
    AddReset(masks, field);
  }
}

/// Bits that keep what is written although the description reserves them.
struct Stored {
  RegisterId id;
  std::uint64_t bits;
};
constexpr Stored kStored[] = {
    // The AArch32 view of an SPSR has a field at every bit of the lower word.
    {RegisterId::kSpsrEl1, 0xffff'ffff},
    {RegisterId::kSpsrEl2, 0xffff'ffff},
    // Reserved, not RES0: left to the implementation.
    {RegisterId::kMdscrEl1, 7 << 16},
};

void Model::AddFixed(BitMasks& masks, const RegisterInfo& info) const {
  for (const Stored& stored : kStored) {
    if (stored.id == info.storage) masks.stores |= stored.bits;
  }
  for (const FixedBits& fixed : profile_.fixed) {
    if (fixed.register_name != info.name) continue;
    masks.stores &= ~(fixed.ones | fixed.zeros);
    masks.ones |= fixed.ones;
  }
}

/// [gic] ICH_LRn_EL2.Priority: the low bits that are not implemented are RES0.
void Model::ReservePriorities(BitMasks& masks) const {
  const auto vtr = hal::IchVtrEl2::FromRaw(profile_.Id("ICH_VTR_EL2"));
  const auto low = static_cast<std::uint8_t>(0xff >> (vtr.pribits() + 1));
  const std::uint64_t lacking = hal::IchLr0El2().priority(low).raw();
  masks.stores &= ~lacking;
  masks.res0 |= lacking;
}

/// A bit that the two layouts of a register reserve differently keeps what is written.
void Model::ShareLayouts() {
  for (const RegisterInfo& info : hal::AllRegisters()) {
    if (info.layout != Layout::kE2hSet || info.storage == info.id) continue;
    if (!(info.encoding == hal::InfoOf(info.storage).encoding)) continue;
    BitMasks& a = masks_[Index(info.storage)];
    BitMasks& b = masks_[Index(info.id)];
    const std::uint64_t same = (a.res0 & b.res0) | (a.res1 & b.res1);
    const std::uint64_t stores =
        (a.stores | b.stores | a.res0 | a.res1) & ~same & ~a.keeps & ~b.keeps;
    for (BitMasks* masks : {&a, &b}) {
      masks->stores = stores;
      masks->ones &= ~stores;
    }
  }
}

BitMasks Model::ComputeMasks(const RegisterInfo& info) const {
  BitMasks masks;
  for (const FieldInfo& field : info.fields) AddField(masks, field);
  if (IsListRegister(info.id)) ReservePriorities(masks);
  masks.fields = masks.stores;
  AddFixed(masks, info);
  if (info.sync == hal::Sync::kProgramOrder && info.access == hal::Access::kReadWrite) {
    // What hardware reported is saved and restored whole.
    masks.stores |= masks.res1;
    masks.ones &= ~masks.res1;
  }
  masks.reset_known |= ~(masks.stores | masks.keeps | masks.sets | masks.clears);
  masks.reset_value |= masks.ones;
  return masks;
}

/// Of a numbered family, whether this CPU has the member; and what only a Secure state has.
/// [gic] ICH_VTR_EL2.ListRegs, PREbits; [arm-arm] ID_AA64DFR0_EL1.{BRPs,
/// WRPs}, PMCR_EL0.N, VSTCR_EL2, VSTTBR_EL2.
bool Model::Exists(const RegisterInfo& info) const {
  const auto vtr = hal::IchVtrEl2::FromRaw(profile_.Id("ICH_VTR_EL2"));
  const std::string_view name = info.name;
  if (IsListRegister(info.id))
    return Index(info.id) - Index(RegisterId::kIchLr0El2) <= vtr.listregs();
  if (name.starts_with("ICH_AP") || name.starts_with("ICC_AP")) {
    constexpr unsigned kMember = 8;  // "ICH_AP0R1_EL2": the last digit before "_EL".
    const unsigned priorities = 1u << (vtr.prebits() + 1u);
    return static_cast<unsigned>(name[kMember] - '0') * 32 < priorities;
  }
  const hal::Encoding e = info.encoding;
  if (e.op0 == 2 && e.op1 == 0 && e.crn == 0 && e.op2 >= 4) {
    const auto debug = hal::IdAa64Dfr0El1::FromRaw(profile_.Id("ID_AA64DFR0_EL1"));
    return e.crm <= (e.op2 < 6 ? debug.brps() : debug.wrps());
  }
  const unsigned counters = hal::PmcrEl0::FromRaw(profile_.Id("PMCR_EL0")).n();
  if (info.id >= RegisterId::kPmevtyper0El0 && info.id <= RegisterId::kPmevtyper30El0)
    return Index(info.id) - Index(RegisterId::kPmevtyper0El0) < counters;
  if (info.id >= RegisterId::kPmevcntr0El0 && info.id <= RegisterId::kPmevcntr30El0)
    return Index(info.id) - Index(RegisterId::kPmevcntr0El0) < counters;
  const bool secure = info.id == RegisterId::kVstcrEl2 || info.id == RegisterId::kVsttbrEl2;
  return !secure || profile_.el2_is_secure;
}

Outcome Model::Legality(const RegisterInfo& info, unsigned el, bool e2h) const {
  if (!Exists(info)) return Outcome::kMissingFeature;
  if (!Has(info.needs) && !StaysAsRes0(info.id)) return Outcome::kMissingFeature;
  const RegisterInfo& storage = hal::InfoOf(info.storage);
  if (!Has(storage.needs) && !StaysAsRes0(storage.id)) return Outcome::kMissingFeature;
  if (el < LeastEl(info)) return Outcome::kWrongEl;
  // [arm-arm] _EL12 and _EL02 names: op1 is 5, accessible from EL2 only with E2H.
  if (info.encoding.op0 == 3 && info.encoding.op1 == 5 && !e2h) return Outcome::kNeedsE2h;
  if (el == 2 && info.layout == Layout::kE2hSet && !e2h) return Outcome::kWrongLayout;
  if (el == 2 && info.layout == Layout::kE2hClear && e2h) return Outcome::kWrongLayout;
  return Outcome::kOk;
}

/// Bits whose change concerns more than the register: the meaning of names, or what a TLB holds.
std::uint64_t Model::ControlBits(RegisterId id) const {
  switch (id) {
    case RegisterId::kHcrEl2: return tlb_cached_hcr_ | hal::HcrEl2().e2h(true).raw();
    case RegisterId::kVtcrEl2:
    case RegisterId::kVttbrEl2: return ~std::uint64_t{0};
    default: return 0;
  }
}

AccessPlan Model::ComputePlan(const RegisterInfo& info, unsigned el, bool e2h) const {
  // A name without a type in hand, such as an instruction's, reaches the layout of the moment.
  const RegisterId named = hal::RedirectedByE2h(info.id);
  const bool other_layout = info.layout == Layout::kE2hClear || named != info.id;
  const RegisterId reached = el == 2 && e2h && other_layout ? E2hLayoutOf(named) : info.id;
  const RegisterInfo& target = hal::InfoOf(reached);
  AccessPlan plan;
  plan.storage = el == 1 ? SeenFromEl1(target.storage) : target.storage;
  plan.read = plan.write = Legality(info, el, e2h);
  if (plan.read == Outcome::kOk) {
    if (info.access == hal::Access::kWriteOnly) plan.read = Outcome::kWriteOnly;
    if (info.access == hal::Access::kReadOnly) plan.write = Outcome::kReadOnly;
    // [arm-arm] CNTFRQ_EL0: written at the highest implemented exception level only.
    if (info.id == RegisterId::kCntfrqEl0 && profile_.has_el3) plan.write = Outcome::kWrongEl;
  }
  if (target.sync == hal::Sync::kContext) plan.effects |= kDeferred;
  if (IsComputed(plan.storage)) plan.effects |= kComputed;
  // A redirected name shows the bits of what it reaches. [arm-arm] "same as" under E2H.
  const BitMasks& masks = masks_[Index(reached)];
  plan.stores = masks.stores;
  plan.ones = masks.ones;
  // Registers in program order hold what hardware reported (ESR, SPSR, PAR): saving and restoring
  // them is all that software does, so their reserved bits are not checked.
  if (target.sync != hal::Sync::kProgramOrder) {
    plan.reserved = masks.res0 | masks.res1;
    plan.reserved_value = masks.res1;
  }
  plan.keeps = masks.keeps | masks.sets | masks.clears;
  if ((masks.sets | masks.clears) != 0) plan.effects |= kBitwise;
  plan.control = ControlBits(plan.storage);
  plan.fundamental = plan.control;
  if (plan.storage == RegisterId::kHcrEl2) plan.fundamental = hal::HcrEl2().e2h(true).raw();
  if (IsInterfaceRegister(plan.storage) || (el == 1 && RedirectingBits(plan.storage) != 0))
    plan.effects |= kInterface;
  constexpr std::uint8_t kElsewhere = kComputed | kInterface;
  plan.reads_slowly = plan.read != Outcome::kOk || (plan.effects & kElsewhere) != 0;
  plan.writes_slowly = plan.write != Outcome::kOk || plan.keeps != 0 ||
                       (plan.effects & kElsewhere) != 0 ||
                       plan.storage == RegisterId::kOslarEl1;  // OSLSR_EL1 shows it.
  return plan;
}

}  // namespace trivet::sim
