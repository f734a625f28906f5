// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/value_mistakes.h"

#include <format>
#include <set>
#include <string_view>

#include "hal/register_info.h"

namespace trivet::tests {
namespace {

using hal::RegisterId;
using sim::SoftwareAccess;
using Kind = SoftwareAccess::Kind;

/// ID registers say what the CPU is and has: features_test and errata_test look at those. SPSel and
/// SCTLR_EL2 are looked at alone: refusal_test and interrupt_test have each value that matters.
bool IsTried(const SoftwareAccess& access) {
  if (access.kind != Kind::kRead) return true;
  const std::string_view name = hal::InfoOf(access.reg).name;
  return !name.starts_with("ID_") && name != "MIDR_EL1" && name != "CurrentEL" && name != "SPSel" &&
         name != "SCTLR_EL2";
}

/// The register that `id`'s name would reach with the other E2H; itself where there is none.
RegisterId AliasOf(const sim::Pe& pe, RegisterId id) {
  const RegisterId storage = pe.PlanOf(id).storage;
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    const RegisterId redirected = hal::RedirectedByE2h(info.id);
    if (redirected == info.id || info.storage != info.id) continue;
    if (info.id == storage) return hal::InfoOf(redirected).storage;
    if (hal::InfoOf(redirected).storage == storage) return info.id;
  }
  return id;
}

/// A name by which EL2 reaches the register now.
RegisterId NameAtEl2(const sim::Pe& pe, RegisterId storage) {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    const sim::AccessPlan& plan = pe.PlanOf(info.id);
    if (plan.storage == storage && plan.write == sim::Outcome::kOk) return info.id;
  }
  return storage;
}

/// What the register keeps of a written value.
std::uint64_t Stored(const sim::Pe& pe, const SoftwareAccess& to, std::uint64_t value) {
  const sim::AccessPlan& plan = pe.PlanOf(to.reg);
  return (value & plan.stores) | plan.ones;
}

bool Changes(const sim::Pe& pe, const SoftwareAccess& write) {
  return Stored(pe, write, pe.Peek(write.reg)) != Stored(pe, write, write.value);
}

std::string TargetOf(const ValueEvent& event) {
  constexpr const char* kNames[] = {"read", "write", "ISB", "DSB", "TLBI"};
  const std::string kind = kNames[static_cast<unsigned>(event.kind)];
  return event.reg == RegisterId::kCount ? kind : kind + " of " + hal::InfoOf(event.reg).name;
}

}  // namespace

bool Injection::operator()(sim::Pe& pe, SoftwareAccess& access, const char*) {
  const std::size_t number = count_++;
  if (mutant_.mistake == Mistake::kNever) {
    const bool is = access.kind == Kind::kWrite && access.reg == events_[mutant_.event].reg;
    return !is || !Drop(Changes(pe, access));
  }
  if (number != mutant_.event) return true;
  const bool passes = Make(pe, access);
  if (!changed_) throw NoChange();
  return passes;
}

/// True: drops it.
bool Injection::Drop(bool changes) {
  changed_ |= changes;
  return changes;
}

bool Injection::Make(sim::Pe& pe, SoftwareAccess& access) {
  const auto become = [&](hal::Tlbi operation) {
    access.value = static_cast<std::uint64_t>(operation);
    return changed_ = true;
  };
  switch (mutant_.mistake) {
    case Mistake::kForgotten: return !Drop(access.kind != Kind::kWrite || Changes(pe, access));
    case Mistake::kNeighbours: return Exchange(pe, access);
    case Mistake::kAlias: return Rename(pe, access);
    case Mistake::kOneVmid: return become(hal::Tlbi::kVmallS12E1);
    case Mistake::kOtherRegime: return become(hal::Tlbi::kAllE2);
    case Mistake::kNever: break;
  }
  return true;
}

const ValueEvent& Injection::Neighbour() const {
  const ValueEvent& own = events_[mutant_.event];
  for (std::size_t i = mutant_.event + 1; i < events_.size(); ++i) {
    if (events_[i].kind == own.kind && IsTried(events_[i]) && events_[i].reg != own.reg)
      return events_[i];
  }
  return own;
}

bool Injection::Exchange(sim::Pe& pe, SoftwareAccess& access) {
  const SoftwareAccess& other = Neighbour();
  if (access.kind == Kind::kRead) {
    changed_ = pe.Peek(access.reg) != pe.Peek(other.reg);
    access.reg = other.reg;
  } else {
    changed_ = Stored(pe, access, access.value) != Stored(pe, access, other.value);
    access.value = other.value;
  }
  return true;
}

bool Injection::Rename(sim::Pe& pe, SoftwareAccess& access) {
  const RegisterId other = NameAtEl2(pe, AliasOf(pe, access.reg));
  if (other == access.reg) return true;
  changed_ =
      access.kind == Kind::kWrite ? Changes(pe, access) : pe.Peek(access.reg) != pe.Peek(other);
  access.reg = other;
  return true;
}

std::vector<Mutant> MutantsOf(const std::vector<ValueEvent>& events, std::size_t first) {
  std::vector<Mutant> mutants;
  std::set<RegisterId> written;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const ValueEvent& event = events[i];
    const auto add = [&mutants, i](Mistake mistake) { mutants.push_back({mistake, i}); };
    const bool writes = event.kind == Kind::kWrite, reads = event.kind == Kind::kRead;
    const bool is_first_write = writes && written.insert(event.reg).second;
    if (i < first || !IsTried(event)) continue;
    if (!reads) add(Mistake::kForgotten);
    if (reads || writes) add(Mistake::kNeighbours), add(Mistake::kAlias);
    if (is_first_write) add(Mistake::kNever);
    if (event.kind == Kind::kTlbi) add(Mistake::kOneVmid), add(Mistake::kOtherRegime);
  }
  return mutants;
}

std::string Describe(const std::vector<ValueEvent>& events, Mutant mutant) {
  constexpr const char* kMistakes[] = {"forgotten",    "of its neighbour", "never",
                                       "by its alias", "of one VMID",      "of EL2"};
  const ValueEvent& event = events[mutant.event];
  unsigned number = 1;
  for (std::size_t i = mutant.event; i-- > 0 && events[i].call == event.call;) {
    if (events[i].kind == event.kind && events[i].reg == event.reg) ++number;
  }
  const std::string which = number == 1 ? "" : std::format(" ({})", number);
  return std::format("{}: {}{}, {}", event.call, TargetOf(event), which,
                     kMistakes[static_cast<unsigned>(mutant.mistake)]);
}

}  // namespace trivet::tests
