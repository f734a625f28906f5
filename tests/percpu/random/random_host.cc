// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/random/random_host.h"

#include <string_view>

#include "hal/register_info.h"
#include "hal/registers.h"
#include "sim/gic/list_registers.h"
#include "sim/model/model.h"
#include "sim/pe/scoped_pe.h"
#include "tests/support/host_of_kind.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Written by every exception that a guest takes to EL2, and by the return from it; the last ones
/// stay a guest's after a run (vcpu/kept_pstate.h).
bool IsOfExceptions(RegisterId id) {
  static const std::set<RegisterId> ids = {
      RegisterId::kElrEl2,   RegisterId::kSpsrEl2, RegisterId::kEsrEl2, RegisterId::kFarEl2,
      RegisterId::kHpfarEl2, RegisterId::kNzcv,    RegisterId::kPan,    RegisterId::kUao,
      RegisterId::kDit,      RegisterId::kSsbs,    RegisterId::kTco,    RegisterId::kAllInt};
  return ids.contains(id);
}

bool IsWritten(const sim::AccessPlan& plan) {
  return plan.read == sim::Outcome::kOk && plan.write == sim::Outcome::kOk;
}

bool RandomE2h(const sim::Pe& pe, Random& random) {
  const sim::AccessPlan& plan =
      pe.model().PlansAt(2, false)[static_cast<unsigned>(RegisterId::kHcrEl2)];
  constexpr std::uint64_t kE2h = HcrEl2().e2h(true).raw();
  if ((plan.ones & kE2h) != 0) return true;
  return (plan.stores & kE2h) != 0 && Chance(random, 50);
}

HcrEl2 RandomHcr(const sim::AccessPlan& plan, bool e2h, Random& random) {
  const std::uint64_t value = (random() & plan.stores & ~plan.reserved) | plan.ones;
  return HcrEl2::FromRaw(value | plan.reserved_value)
      .e2h(e2h)
      .vm(Chance(random, 5))
      .hcd(false)  // The guests leave by HVC.
      .nv(false)
      .nv1(false)
      .nv2(false);
}

/// SPSel is 1 nearly always, and so are SCTLR_EL2.{EIS, EOS}: most hosts can be enabled.
void RandomPstate(sim::Pe& pe, Random& random) {
  sim::Pstate pstate = sim::Pstate::Masked(2);
  pstate.Set(sim::Pstate::kDaif, random());
  pstate.Set(sim::Pstate::kNzcv, random());
  pstate.Set(sim::Pstate::kSp, !Chance(random, 3));
  if (pe.model().Has(Feature::kPan)) pstate.Set(sim::Pstate::kPan, random());
  if (pe.model().Has(Feature::kUao)) pstate.Set(sim::Pstate::kUao, random());
  if (pe.model().Has(Feature::kDit)) pstate.Set(sim::Pstate::kDit, random());
  if (pe.model().Has(Feature::kSsbs)) pstate.Set(sim::Pstate::kSsbs, random());
  pe.set_pstate(pstate);
  constexpr std::uint64_t kSynchronizes = SctlrEl2().eis(true).eos(true).raw();
  const std::uint64_t sctlr = pe.Peek(RegisterId::kSctlrEl2);
  if (Chance(random, 90)) pe.Poke(RegisterId::kSctlrEl2, sctlr | kSynchronizes);
}

}  // namespace

Machines::Machines(vcpu::BlockStage2& stage2, const sim::GuestProgram& program,
                   std::uint64_t entry) {
  const std::uint64_t block = entry / vcpu::BlockStage2::kBlockSize * vcpu::BlockStage2::kBlockSize;
  (void)stage2.Map(block, block, vcpu::MemoryType::kNormal);
  std::vector<sim::Profile> profiles = {sim::SyntheticProfile()};
  for (const sim::Profile& profile : sim::AllProfiles()) {
    profiles.push_back(profile);
    if (profile.Features().Has(Feature::kVhe)) profiles.push_back(profile.WithE2hRes1());
  }
  for (const sim::Profile& profile : profiles) {
    Machine machine = {.pe = std::make_unique<sim::Pe>(profile), .fresh = {}};
    const sim::ScopedPe current(*machine.pe);
    ShowToTableWalks(&stage2, sizeof(stage2));
    machine.pe->memory().Place(entry, program);
    machine.fresh = machine.pe->Snapshot();
    machines_.push_back(std::move(machine));
  }
}

sim::Pe& Machines::Any(Random& random) {
  Machine& machine = machines_[random() % machines_.size()];
  machine.pe->Restore(machine.fresh);
  return *machine.pe;
}

/// No list registers: the simulator does not have FEAT_GICv3_NMI's bit of them, and what they hold
/// is a guest's (percpu/ does not switch them).
void BecomeRandomHost(sim::Pe& pe, Random& random) {
  const bool e2h = RandomE2h(pe, random);
  const sim::Model::Plans& plans = pe.model().PlansAt(2, e2h);
  for (const RegisterInfo& info : AllRegisters()) {
    const sim::AccessPlan& plan = plans[static_cast<unsigned>(info.id)];
    if (!IsWritten(plan)) continue;
    // A register has its own name's layout where that name reaches it.
    const sim::AccessPlan& own = plans[static_cast<unsigned>(plan.storage)];
    if (plan.storage != info.id && IsWritten(own) && own.storage == plan.storage) continue;
    if ((plan.effects & (sim::kBitwise | sim::kInterface | sim::kComputed)) != 0) continue;
    if (std::string_view(info.name).starts_with("ICH_LR")) continue;
    const std::uint64_t value = (random() & plan.stores & ~plan.reserved) | plan.ones;
    pe.Poke(plan.storage, value | plan.reserved_value);
  }
  const sim::AccessPlan& vmcr = plans[static_cast<unsigned>(RegisterId::kIchVmcrEl2)];
  if (IsWritten(vmcr)) {  // Not every value is one that it can hold.
    pe.Poke(RegisterId::kIchVmcrEl2, sim::StoredVmcr(pe.model(), random() & vmcr.stores));
  }
  const sim::AccessPlan& hcr = plans[static_cast<unsigned>(RegisterId::kHcrEl2)];
  pe.Poke(RegisterId::kHcrEl2, RandomHcr(hcr, e2h, random).raw());
  RandomPstate(pe, random);
}

std::vector<std::uint64_t> RegistersOf(const sim::Pe& pe) {
  static const std::vector<RegisterId> compared = [] {
    std::vector<RegisterId> ids;
    for (const RegisterInfo& info : AllRegisters()) {
      if (info.storage == info.id && !IsOfExceptions(info.id)) ids.push_back(info.id);
    }
    return ids;
  }();
  std::vector<std::uint64_t> values(kRegisterCount);
  for (const RegisterId id : compared) values[static_cast<unsigned>(id)] = pe.Peek(id);
  return values;
}

bool IsGuestOwned(RegisterId id) {
  static const std::set<RegisterId> ids = {
      RegisterId::kIchMisrEl2,  // What ICH_HCR_EL2 asks to report.
#define CONFIGURED(Type) kInfo<Type>.storage,
#define CONTROLLED(Type) kInfo<Type>.storage,
#define ON_LOAD(Type) kInfo<Type>.storage,
#define ON_RUN(Type) kInfo<Type>.storage,
#define OPENED(Type, When, capability) kInfo<Type>.storage,
#define HELD(Type, control, capability) kInfo<Type>.storage,
#define VECTOR(Type, capability) kInfo<Type>.storage,
#include "hal/regs/guest.def"
  };
  return ids.contains(id);
}

bool IsTrivetOwned(RegisterId id) {
  static const std::set<RegisterId> ids = {RegisterId::kVbarEl2, RegisterId::kHcrEl2,
                                           RegisterId::kTpidrEl2, RegisterId::kVtcrEl2,
                                           RegisterId::kVttbrEl2};
  return ids.contains(id);
}

}  // namespace trivet::tests
