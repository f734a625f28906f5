// Mistakes in what percpu, vcpu and vectors do to registers, injected one at a time into the
// scenario of values_test: an access forgotten, of a neighbour's value, of the register behind the
// E2H alias, a barrier or TLBI dropped or of another kind. The comparison must notice each.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <format>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hal/register_info.h"
#include "sim/pe/violation.h"
#include "tests/guest/value_scenario.h"

namespace trivet::tests {
namespace {

using hal::RegisterId;
using sim::SoftwareAccess;
using Kind = SoftwareAccess::Kind;

enum class Mistake : std::uint8_t {
  kForgotten,    ///< Not done.
  kNeighbours,   ///< The value, or the register that is read, of the next access of its kind.
  kNever,        ///< The register is not written in the whole scenario.
  kAlias,        ///< The register that the name reaches with the other HCR_EL2.E2H.
  kOneVmid,      ///< TLBI VMALLS12E1 for ALLE1.
  kOtherRegime,  ///< TLBI ALLE2 for ALLE1.
};
constexpr const char* kMistakes[] = {"forgotten",    "of its neighbour", "never",
                                     "by its alias", "of one VMID",      "of EL2"};

struct Event : SoftwareAccess {
  const char* call;
};

struct Mutant {
  Mistake mistake;
  std::size_t event;  ///< kNever: the first write of the register.
};

struct Survivor {
  std::string_view name, kinds, reason;
};
constexpr Survivor kSurvivors[] = {
#define SURVIVES(name, kinds, reason) {name, kinds, reason},
#include "tests/guest/value_survivors.inc"
#undef SURVIVES
};

// From enable to disable or panic; and in the other ends, of which most is the code of enable and
// disable, with what survives there.
constexpr std::size_t kLeastKilledPercent = 98, kLeastKilledAtEndsPercent = 93;

const char* NameOf(Kind kind) {
  constexpr const char* kNames[] = {"read", "write", "ISB", "DSB", "TLBI"};
  return kNames[static_cast<unsigned>(kind)];
}

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

class Injection {
 public:
  Injection(const std::vector<Event>& events, Mutant mutant) : events_(events), mutant_(mutant) {}

  /// False: the access is dropped.
  bool operator()(sim::Pe& pe, SoftwareAccess& access, const char*) {
    const std::size_t number = count_++;
    if (mutant_.mistake == Mistake::kNever) return !IsForgotten(pe, access);
    if (number != mutant_.event) return true;
    switch (mutant_.mistake) {
      case Mistake::kForgotten:
        if (access.kind == Kind::kWrite) return !Matters(Changes(pe, access));
        return !Matters(true);
      case Mistake::kNeighbours: return Exchange(pe, access, Neighbour(number));
      case Mistake::kAlias: {
        SoftwareAccess other = access;
        other.reg = NameAtEl2(pe, AliasOf(pe, access.reg));
        if (other.reg == access.reg) return true;
        if (access.kind == Kind::kWrite ? !Changes(pe, access)
                                        : pe.Peek(access.reg) == pe.Peek(other.reg))
          return true;
        changed_ = true;
        access = other;
        return true;
      }
      case Mistake::kOneVmid: return Become(access, hal::Tlbi::kVmallS12E1);
      case Mistake::kOtherRegime: return Become(access, hal::Tlbi::kAllE2);
      case Mistake::kNever: break;
    }
    return true;
  }

  /// False when the scenario was as without the mistake.
  bool changed() const { return changed_; }

 private:
  bool Matters(bool changes) {
    changed_ |= changes;
    return changes;
  }
  /// What the register keeps of a written value.
  static std::uint64_t Stored(const sim::Pe& pe, const SoftwareAccess& to, std::uint64_t value) {
    const sim::AccessPlan& plan = pe.PlanOf(to.reg);
    return (value & plan.stores) | plan.ones;
  }
  static bool Changes(const sim::Pe& pe, const SoftwareAccess& write) {
    return Stored(pe, write, pe.Peek(write.reg)) != Stored(pe, write, write.value);
  }
  bool IsForgotten(const sim::Pe& pe, const SoftwareAccess& access) {
    if (access.kind != Kind::kWrite || access.reg != events_[mutant_.event].reg) return false;
    return Matters(Changes(pe, access));
  }
  const Event& Neighbour(std::size_t number) const {
    for (std::size_t i = number + 1; i < events_.size(); ++i) {
      if (events_[i].kind == events_[number].kind && IsTried(events_[i]) &&
          events_[i].reg != events_[number].reg)
        return events_[i];
    }
    return events_[number];
  }
  bool Exchange(const sim::Pe& pe, SoftwareAccess& access, const SoftwareAccess& other) {
    if (access.kind == Kind::kRead) {
      (void)Matters(pe.Peek(access.reg) != pe.Peek(other.reg));
      access.reg = other.reg;
    } else {
      (void)Matters(Stored(pe, access, access.value) != Stored(pe, access, other.value));
      access.value = other.value;
    }
    return true;
  }
  bool Become(SoftwareAccess& access, hal::Tlbi operation) {
    access.value = static_cast<std::uint64_t>(operation);
    return Matters(true);
  }

  const std::vector<Event>& events_;
  const Mutant mutant_;
  std::size_t count_ = 0;
  bool changed_ = false;
};

std::vector<Event> EventsOf(const ValueSetting& setting, Ending ending) {
  std::vector<Event> events;
  RunValueScenario(setting, ending,
                   [&events](sim::Pe&, const SoftwareAccess& access, const char* call) {
                     events.push_back({access, call});
                     return true;
                   });
  return events;
}

/// How many events come before the ending.
std::size_t EventsBeforeEnd(const ValueSetting& setting) {
  const std::vector<Event> events = EventsOf(setting, Ending::kDisable);
  const auto ends = [](const Event& event) { return std::string_view(event.call) == "disable"; };
  return static_cast<std::size_t>(std::ranges::find_if(events, ends) - events.begin());
}

std::vector<Mutant> MutantsOf(const std::vector<Event>& events) {
  std::vector<Mutant> mutants;
  std::set<RegisterId> written;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    if (!IsTried(event)) continue;
    const bool access = event.kind == Kind::kRead || event.kind == Kind::kWrite;
    if (event.kind != Kind::kRead) mutants.push_back({Mistake::kForgotten, i});
    if (access) mutants.push_back({Mistake::kNeighbours, i});
    if (access) mutants.push_back({Mistake::kAlias, i});
    if (event.kind == Kind::kWrite && written.insert(event.reg).second)
      mutants.push_back({Mistake::kNever, i});
    if (event.kind == Kind::kTlbi) mutants.push_back({Mistake::kOneVmid, i});
    if (event.kind == Kind::kTlbi) mutants.push_back({Mistake::kOtherRegime, i});
  }
  return mutants;
}

std::string TargetOf(const Event& event) {
  const std::string kind = NameOf(event.kind);
  return event.reg == RegisterId::kCount ? kind : kind + " of " + hal::InfoOf(event.reg).name;
}

/// "disable: write of VBAR_EL1, forgotten"; from the second in a call on with a number.
std::string Describe(const std::vector<Event>& events, Mutant mutant) {
  const Event& event = events[mutant.event];
  unsigned number = 1;
  for (std::size_t i = mutant.event; i-- > 0 && events[i].call == event.call;) {
    if (events[i].kind == event.kind && events[i].reg == event.reg) ++number;
  }
  const std::string which = number == 1 ? "" : std::format(" ({})", number);
  return std::format("{}: {}{}, {}", event.call, TargetOf(event), which,
                     kMistakes[static_cast<unsigned>(mutant.mistake)]);
}

struct Tally {
  std::size_t mutants = 0, killed = 0;
  std::map<std::string, std::set<std::string>> survivors;  ///< And under which kinds of hosts.
};

std::string KindOf(const ValueSetting& setting) {
  constexpr const char* kKinds[] = {"nVHE", "nVHE+TGE", "VHE"};
  return kKinds[static_cast<unsigned>(setting.kind)];
}

/// Mistakes from event `first` on.
void Try(const ValueSetting& setting, Ending ending, std::size_t first, Tally& tally) {
  const std::vector<Event> events = EventsOf(setting, ending);
  for (const Mutant mutant : MutantsOf(events)) {
    if (mutant.event < first) continue;
    Injection injection(events, mutant);
    bool noticed = false;
    try {
      RunValueScenario(setting, ending, std::ref(injection));
    } catch (const sim::Violation&) {
      noticed = true;
    }
    if (!injection.changed()) continue;
    ++tally.mutants;
    tally.killed += noticed ? 1 : 0;
    if (!noticed) tally.survivors[Describe(events, mutant)].insert(KindOf(setting));
  }
}

const Survivor* FindSurvivor(std::string_view name) {
  const auto* const found = std::ranges::find(kSurvivors, name, &Survivor::name);
  return found == std::ranges::end(kSurvivors) ? nullptr : found;
}

std::string Joined(const std::set<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

void Report(const char* what, const Tally& tally, std::size_t least) {
  std::cout << std::format(
      "{}: mutants={} killed={} ({:.1f} %)\n", what, tally.mutants, tally.killed,
      100.0 * static_cast<double>(tally.killed) / static_cast<double>(tally.mutants));
  EXPECT_GE(tally.killed * 100, tally.mutants * least) << what;
}

TEST(ValueMutants, TheComparisonNoticesEachAndTheSurvivorsHaveReasons) {
  Tally runs, ends;
  for (ValueSetting setting : ValueSettings()) {
    // They double a scenario; values_test has them.
    setting.open = setting.open.Without(hal::Capability::kDebug | hal::Capability::kPmu |
                                        hal::Capability::kSve | hal::Capability::kSme);
    const std::size_t end = EventsBeforeEnd(setting);
    Try(setting, Ending::kDisable, 0, runs);
    Try(setting, Ending::kPanic, end, runs);
    Try(setting, Ending::kSuspend, end, ends);
    Try(setting, Ending::kLeaveOnCpu, end, ends);
  }
  Report("enable, runs, disable, panic", runs, kLeastKilledPercent);
  Report("suspend, resume, hand-over, leave", ends, kLeastKilledAtEndsPercent);
  std::map<std::string, std::set<std::string>> survivors = runs.survivors;
  survivors.merge(ends.survivors);
  for (const auto& [name, kinds] : survivors) {
    const Survivor* const listed = FindSurvivor(name);
    EXPECT_EQ(listed == nullptr ? "" : listed->kinds, Joined(kinds)) << name << " survives";
  }
  for (const Survivor& survivor : kSurvivors) {
    EXPECT_TRUE(survivors.contains(std::string(survivor.name)))
        << survivor.name << " is noticed, but value_survivors.inc lists it";
  }
}

}  // namespace
}  // namespace trivet::tests
