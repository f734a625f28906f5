// lab check-masks: compares HCR_EL2 and HCRX_EL2 of each profile with what QEMU does on the CPU of
// that name. DIR/NAME.json and DIR/NAME+el3.json, made by experiment: "regs", by name, with "mrs"
// ("ok" when the register exists) and "plain": "rw", "rao" and "raz", the bits that store, read as
// one and read as zero.

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
  std::string_view register_name, field, reason;
};
constexpr Difference kExplained[] = {
#define DIFFERS(register_name, field, reason) {register_name, field, reason},
#include "lab/masks/differences.def"
#undef DIFFERS
};

struct Masks {
  std::uint64_t rw = 0, rao = 0;
};

struct Tally {
  unsigned compared = 0, wrong = 0;
  std::set<const Difference*> used;
};

std::uint64_t Explained(const hal::RegisterInfo& info, std::uint64_t differing, Tally& tally) {
  std::uint64_t explained = 0;
  for (const Difference& difference : kExplained) {
    if (difference.register_name != info.name) continue;
    for (const hal::FieldInfo& field : info.fields) {
      if (field.name != difference.field || (differing & field.mask()) == 0) continue;
      explained |= field.mask();
      tally.used.insert(&difference);
    }
  }
  return explained;
}

const JsonValue& Member(const JsonValue& value, std::string_view name, const std::string& where) {
  const JsonValue* member = value.Find(name);
  if (member == nullptr) throw sim::Violation(std::format("{}: \"{}\" is missing", where, name));
  return *member;
}

/// nullopt when the CPU has no such register.
std::optional<Masks> TheirMasks(const JsonValue& document, std::string_view name,
                                const std::string& path) {
  const JsonValue& entry = Member(Member(document, "regs", path), name, path);
  if (Member(entry, "mrs", path).text() != "ok") return std::nullopt;
  const JsonValue& plain = Member(entry, "plain", path);
  return Masks{.rw = Member(plain, "rw", path).number(),
               .rao = Member(plain, "rao", path).number()};
}

std::optional<Masks> OurMasks(const sim::Model& model, const hal::RegisterInfo& info) {
  if (!model.Has(info.needs)) return std::nullopt;
  const sim::BitMasks& masks = model.MasksOf(info.id);
  return Masks{.rw = masks.stores, .rao = masks.ones};
}

void CompareRegister(const sim::Model& model, RegisterId id, const JsonValue& document,
                     const std::string& path, Tally& tally) {
  const hal::RegisterInfo& info = hal::InfoOf(id);
  const auto ours = OurMasks(model, info), theirs = TheirMasks(document, info.name, path);
  ++tally.compared;
  if (ours.has_value() != theirs.has_value()) {
    ++tally.wrong;
    Print(std::format("{}: {} is {} here only\n", path, info.name, ours ? "present" : "absent"));
  }
  if (!ours || !theirs) return;
  const std::uint64_t differing = (ours->rw ^ theirs->rw) | (ours->rao ^ theirs->rao);
  if ((differing & ~Explained(info, differing, tally)) == 0) return;
  ++tally.wrong;
  Print(std::format("{}: {} here rw={:#x} rao={:#x}, there rw={:#x} rao={:#x}\n", path, info.name,
                    ours->rw, ours->rao, theirs->rw, theirs->rao));
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
  for (const RegisterId id : {RegisterId::kHcrEl2, RegisterId::kHcrxEl2}) {
    CompareRegister(*model, id, document, path, tally);
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
    ++tally.wrong;
    Print(std::format("{}.{}: explained, but nothing differs\n", difference.register_name,
                      difference.field));
  }
  Print(std::format("masks: compared={} explained={} wrong={}\n", tally.compared,
                    std::size(kExplained), tally.wrong));
  return tally.wrong == 0 ? kAgreed : kDisagreed;
}

int CheckMasks(const Words& words) {
  const Words folder = Files({.usage = "lab check-masks DIR", .takes_operands = true}, words, 1, 1);
  return CheckMasksIn(folder[0]);
}

}  // namespace trivet::lab
