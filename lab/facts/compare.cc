// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/facts/compare.h"

#include <algorithm>
#include <cctype>
#include <format>
#include <string_view>

#include "hal/register_info.h"
#include "tools/registers/words.h"

namespace trivet::lab::facts {
namespace {

using hal::BitKind;
using hal::FieldInfo;
using hal::RegisterInfo;
using registers::GroupByName, registers::NumericName, registers::Register;
using registers::ResetOf, registers::ToString;

std::string Capitals(std::string_view text) {
  std::string capitals(text);
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return capitals;
}

/// "ATTR3" without its number: "ATTR".
std::string_view Stem(std::string_view name) {
  while (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back())) != 0) {
    name.remove_suffix(1);
  }
  return name;
}

/// One register here against one entry of the facts.
class FieldComparer {
 public:
  FieldComparer(const Register& layouts, const JsonValue& facts, Comparison& result)
      : layouts_(layouts), info_(*layouts.front()), facts_(facts), result_(result) {}

  void Run() {
    CompareEncoding();
    CompareAccess();
    CompareRes1();
    const JsonValue* fields = facts_.Find("fields");
    if (fields == nullptr) return;
    for (const auto& [name, range] : fields->members()) CompareTheirs(name, range);
    for (const RegisterInfo* layout : layouts_) {
      for (const FieldInfo& field : layout->fields) CompareOurs(field, *fields);
    }
  }

 private:
  void Report(const std::string& field, const std::string& text) {
    result_.differences.push_back({info_.name, field, text});
  }

  void CompareEncoding() {
    const JsonValue* enc = facts_.Find("enc");
    if (enc == nullptr || enc->kind() != JsonValue::Kind::kString) return;
    const std::string ours = NumericName(info_.encoding);
    const std::string theirs = Capitals(enc->text());
    if (ours != theirs) Report("encoding", std::format("{} here, {} there", ours, theirs));
  }

  void CompareAccess() {
    const JsonValue* access = facts_.Find("access");
    if (access == nullptr) return;
    const std::string ours = ToString(info_.access);
    const std::string& text = access->text();
    const std::string theirs = text == "read" ? "RO" : text == "write" ? "WO" : "RW";
    if (ours != theirs) Report("access", std::format("{} here, {} there", ours, theirs));
  }

  void CompareRes1() {
    const JsonValue* res1 = facts_.Find("res1");
    if (res1 == nullptr) return;
    const std::uint64_t ours = MaskOf(info_.fields, BitKind::kRes1);
    if (ours != res1->number()) {
      Report("RES1", std::format("{:#x} here, {:#x} there", ours, res1->number()));
    }
  }

  void CompareTheirs(const std::string& name, const JsonValue& range) {
    if (range.members().size() != 2) return Report(name, "the facts give no range");
    const std::uint64_t hi = range.members()[0].second.number();
    const std::uint64_t lo = range.members()[1].second.number();
    for (const RegisterInfo* layout : layouts_) {
      for (const FieldInfo& field : layout->fields) {
        const std::string ours = Capitals(field.name);
        const bool same_name = ours == name || Stem(ours) == name;
        if (field.kind == BitKind::kField && same_name && field.hi == hi && field.lo == lo) return;
      }
    }
    Report(name, std::format("only there, at {}:{}", hi, lo));
  }

  void CompareOurs(const FieldInfo& field, const JsonValue& theirs) {
    if (field.kind != BitKind::kField) return;
    const std::string name = Capitals(field.name);
    const JsonValue* range = theirs.Find(name);
    const bool element = range == nullptr;  // Not the first one of an array?
    if (element) range = theirs.Find(Stem(name));
    if (range != nullptr && range->members().size() == 2) {
      const std::uint64_t hi = range->members()[0].second.number();
      const std::uint64_t lo = range->members()[1].second.number();
      const bool same_place = field.hi == hi && field.lo == lo;
      const bool same_width = static_cast<std::uint64_t>(field.hi - field.lo) == hi - lo;
      if (same_place || (element && same_width)) return;
    }
    Report(name, std::format("only here, at {}:{}", field.hi, field.lo));
  }

  const Register& layouts_;
  const RegisterInfo& info_;
  const JsonValue& facts_;
  Comparison& result_;
};

/// True when a bit of this field may read as `value` after a Warm reset on some CPU.
bool ResetMayBe(const FieldInfo& field, unsigned bit, bool value) {
  if (field.kind == BitKind::kRes0) return !value;
  if (field.kind == BitKind::kRes1) return value;
  const hal::FieldTraits& traits = field.traits;
  if (!value && traits.needs != hal::Feature::kBase) return true;
  if (value && traits.res1_without != hal::Feature::kBase) return true;
  if (!traits.has_reset && !traits.has_top_reset) return false;
  return ((traits.reset >> (bit - field.lo)) & 1) == (value ? 1U : 0U);
}

bool AnyLayoutResetMayBe(const Register& layouts, unsigned bit, bool value) {
  for (const RegisterInfo* layout : layouts) {
    for (const FieldInfo& field : layout->fields) {
      if (bit <= field.hi && bit >= field.lo && ResetMayBe(field, bit, value)) return true;
    }
  }
  return false;
}

const FieldInfo& FieldAt(const RegisterInfo& info, unsigned bit) {
  return *std::ranges::find_if(
      info.fields, [bit](const FieldInfo& field) { return bit <= field.hi && bit >= field.lo; });
}

void CompareResetOf(const Register& layouts, const JsonValue& slices, Comparison& result) {
  for (const auto& [unused, slice] : slices.members()) {
    const JsonValue* function = slice.Find("fn");
    if (function == nullptr || !function->text().ends_with("ArchitectureReset")) continue;
    const auto hi = static_cast<unsigned>(slice.Find("hi")->number());
    const auto lo = static_cast<unsigned>(slice.Find("lo")->number());
    // A slice of several RES1 bits is given as the value 1.
    const bool value = slice.Find("val")->number() != 0;
    for (unsigned bit = lo; bit <= hi; ++bit) {
      if (AnyLayoutResetMayBe(layouts, bit, value)) continue;
      const RegisterInfo& info = *layouts.front();
      const FieldInfo& field = FieldAt(info, bit);
      // What a read-only field shows is the implementation's; models differ.
      if (info.access == hal::Access::kReadOnly) continue;
      result.differences.push_back({info.name, Capitals(field.name),
                                    std::format("bit {} is {} at reset there, {} here", bit,
                                                value ? 1 : 0, ResetOf(field))});
    }
  }
}

template <class Compare>
Comparison CompareAll(const JsonValue& facts, Compare compare) {
  Comparison result;
  const JsonValue* registers = facts.Find("regs");
  for (const Register& layouts : GroupByName()) {
    const std::string name = layouts.front()->name;
    const JsonValue* theirs = registers == nullptr ? nullptr : registers->Find(name);
    if (theirs == nullptr && registers != nullptr) theirs = registers->Find(Capitals(name));
    if (theirs == nullptr) {
      result.unknown.push_back(name);
      continue;
    }
    ++result.compared;
    compare(layouts, *theirs, result);
  }
  return result;
}

}  // namespace

Comparison CompareFields(const JsonValue& facts) {
  return CompareAll(facts, [](const Register& layouts, const JsonValue& theirs, Comparison& out) {
    FieldComparer(layouts, theirs, out).Run();
  });
}

Comparison CompareResets(const JsonValue& facts) { return CompareAll(facts, &CompareResetOf); }

}  // namespace trivet::lab::facts
