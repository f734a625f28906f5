// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab check-masks: compares every described register of each profile with what QEMU does on the
// CPU of that name. DIR/NAME.json and DIR/NAME+el3.json, made by experiment: "regs", by name, with
// "mrs" and "msr" ("ok" when EL2 may), and "plain" and "e2h" (HCR_EL2.E2H clear and set): "rw" and
// "rao", the bits that store and that read as one.

#include <array>
#include <filesystem>
#include <format>
#include <set>
#include <string>
#include <vector>

#include "hal/register_info.h"
#include "lab/checks.h"
#include "lab/traces/input.h"
#include "sim/model/model.h"
#include "sim/pe/violation.h"
#include "tools/json/json_value.h"

namespace trivet::lab {
namespace {

using hal::RegisterId;
using json::JsonValue;

struct Difference {
  std::string_view names, field, reason;
};
constexpr Difference kExplained[] = {
#define DIFFERS(names, field, reason) {names, field, reason},
#include "lab/masks/differences.def"
#undef DIFFERS
};

/// The field of a difference about whether EL2 may read or write the register.
constexpr std::string_view kAccess = "(access)";

struct Masks {
  std::uint64_t rw = 0, rao = 0;
};

struct Tally {
  unsigned compared = 0, wrong = 0, without_data = 0;
  std::set<const Difference*> used;
};

/// "NAME", or "PREFIX*".
bool Matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool IsExplained(std::string_view name, std::string_view field, Tally& tally) {
  for (const Difference& difference : kExplained) {
    if (!Matches(difference.names, name) || !Matches(difference.field, field)) continue;
    tally.used.insert(&difference);
    return true;
  }
  return false;
}

const JsonValue& Member(const JsonValue& value, std::string_view name, const std::string& where) {
  const JsonValue* member = value.Find(name);
  if (member == nullptr) throw sim::Violation(std::format("{}: \"{}\" is missing", where, name));
  return *member;
}

Masks MasksIn(const JsonValue& entry, const std::string& path) {
  return {.rw = Member(entry, "rw", path).number(), .rao = Member(entry, "rao", path).number()};
}

/// One description of one profile against its entry in the file.
class Comparer {
 public:
  Comparer(const sim::Model& model, const hal::RegisterInfo& info, const std::string& path,
           Tally& tally)
      : model_(model), info_(info), path_(path), tally_(tally) {}

  void Run(const JsonValue& entry) {
    ++tally_.compared;
    const bool with_e2h = info_.layout == hal::Layout::kE2hSet;
    if (!with_e2h) CompareAccess(entry);
    const JsonValue* bits = entry.Find(with_e2h ? "e2h" : "plain");
    if (bits == nullptr || !Has(info_.needs)) return;
    const Masks theirs = MasksIn(*bits, path_);
    for (const hal::FieldInfo& field : info_.fields) {
      if (IsCompared(field)) CompareField(field, theirs);
    }
  }

 private:
  bool Has(hal::Feature feature) const { return model_.Has(feature); }

  void Report(std::string_view field, const std::string& text) {
    if (IsExplained(info_.name, field, tally_)) return;
    ++tally_.wrong;
    Print(std::format("{}: {}.{}: {}\n", path_, info_.name, field, text));
  }

  void CompareAccess(const JsonValue& entry) {
    const sim::AccessPlan& plan = model_.PlansAt(2, false)[static_cast<unsigned>(info_.id)];
    const auto compare = [&](const char* member, sim::Outcome ours) {
      const JsonValue* theirs = entry.Find(member);
      if (theirs == nullptr || (theirs->text() == "ok") == (ours == sim::Outcome::kOk)) return;
      Report(kAccess, std::format("{} is allowed {} only", member,
                                  ours == sim::Outcome::kOk ? "here" : "there"));
    };
    compare("mrs", plan.read);
    compare("msr", plan.write);
  }

  /// Reserved bits are compared where QEMU treats them exactly; elsewhere a CPU may store them, fix
  /// them or ignore what is written.
  bool IsCompared(const hal::FieldInfo& field) const {
    if (info_.id == RegisterId::kHcrEl2 || info_.id == RegisterId::kHcrxEl2) return true;
    const hal::FieldTraits& traits = field.traits;
    const bool res1 = traits.res1_without != hal::Feature::kBase && !Has(traits.res1_without);
    return field.kind == hal::BitKind::kField && traits.on_write == hal::OnWrite::kStores &&
           Has(traits.needs) && !res1;
  }

  void CompareField(const hal::FieldInfo& field, const Masks& theirs) {
    const sim::BitMasks& ours = model_.MasksOf(info_.id);
    const std::uint64_t differing =
        ((ours.stores ^ theirs.rw) | (ours.ones ^ theirs.rao)) & field.mask();
    if (differing == 0) return;
    Report(field.name, std::format("here rw={:#x} rao={:#x}, there rw={:#x} rao={:#x}",
                                   ours.stores & field.mask(), ours.ones & field.mask(),
                                   theirs.rw & field.mask(), theirs.rao & field.mask()));
  }

  const sim::Model& model_;
  const hal::RegisterInfo& info_;
  const std::string& path_;
  Tally& tally_;
};

/// A second view of a register's bits, such as PAR_EL1's after a fault.
bool IsSecondView(const hal::RegisterInfo& info) {
  return info.is_alias() && info.layout != hal::Layout::kE2hSet &&
         info.encoding == hal::InfoOf(info.storage).encoding;
}

/// False when there is no file about the profile.
bool CompareProfile(const sim::Profile& profile, const std::string& path, Tally& tally) {
  if (!std::filesystem::exists(path)) return false;
  JsonValue document;
  std::string error;
  if (!JsonValue::Parse(ReadFile(path), document, error)) {
    throw sim::Violation(std::format("{}: {}", path, error));
  }
  const auto model = sim::Model::For(profile);
  const JsonValue& registers = Member(document, "regs", path);
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    if (IsSecondView(info)) continue;
    const JsonValue* entry = registers.Find(info.name);
    if (entry == nullptr) {
      ++tally.without_data;
    } else {
      Comparer(*model, info, path, tally).Run(*entry);
    }
  }
  return true;
}

}  // namespace

int CheckMasksIn(const std::string& folder) {
  Tally tally;
  for (const sim::Profile& profile : sim::AllProfiles()) {
    const std::string stem = folder + "/" + profile.name;
    if (!CompareProfile(profile, stem + ".json", tally))
      Print(std::format("{}: no file\n", profile.name));
    CompareProfile(profile.WithEl3(), stem + "+el3.json", tally);
  }
  if (tally.compared == 0) throw sim::Violation(folder + ": no file about any profile");
  for (const Difference& difference : kExplained) {
    if (tally.used.contains(&difference)) continue;
    Print(std::format("{}.{}: nothing differs: {}\n", difference.names, difference.field,
                      difference.reason));
  }
  Print(std::format("masks: compared={} without data={} explanations used={} of {} wrong={}\n",
                    tally.compared, tally.without_data, tally.used.size(), std::size(kExplained),
                    tally.wrong));
  return tally.wrong == 0 ? kAgreed : kDisagreed;
}

int CheckMasks(const Words& words) {
  const Words folder = Files({.usage = "lab check-masks DIR", .takes_operands = true}, words, 1, 1);
  return CheckMasksIn(folder[0]);
}

}  // namespace trivet::lab
