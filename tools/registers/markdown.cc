// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/registers/markdown.h"

#include <format>
#include <ostream>
#include <string>

#include "hal/register_info.h"
#include "tools/registers/words.h"

namespace trivet::registers {
namespace {

using hal::BitKind;
using hal::Feature;
using hal::FieldInfo;
using hal::RegisterInfo;

std::string Bits(const FieldInfo& field) {
  return field.hi == field.lo ? std::to_string(field.hi) : std::format("{}:{}", field.hi, field.lo);
}

/// What is special about a field; empty for a plain one.
std::string Notes(const FieldInfo& field) {
  std::string notes;
  const auto add = [&notes](const std::string& note) {
    notes += notes.empty() ? note : "; " + note;
  };
  const hal::FieldTraits& traits = field.traits;
  if (traits.needs != Feature::kBase) add(std::format("needs {}", ToString(traits.needs)));
  if (traits.res1_without != Feature::kBase) {
    add(std::format("RES1 without {}", ToString(traits.res1_without)));
  }
  if (traits.rao_without != Feature::kBase) {
    add(std::format("RAO/WI without {}", ToString(traits.rao_without)));
  }
  if (traits.tlb_cached) add("may be held in a TLB");
  if (traits.on_write != hal::OnWrite::kStores) {
    add(std::format("write: {}", ToString(traits.on_write)));
  }
  if (ResetOf(field) != "UNKNOWN") add("reset " + ResetOf(field));
  return notes;
}

void WriteBits(std::ostream& out, const RegisterInfo& info) {
  out << "| bits | field | notes |\n|--:|---|---|\n";
  for (const FieldInfo& field : info.fields) {
    out << std::format("| {} | {} | {} |\n", Bits(field), field.name, Notes(field));
  }
  out << '\n';
}

void WriteSummary(std::ostream& out, const RegisterInfo& info) {
  out << std::format("`{}`, {}, {}. A write takes effect by: {}.", NumericName(info.encoding),
                     ToString(info.access), ToString(info.needs), ToString(info.sync));
  const RegisterInfo& storage = hal::InfoOf(info.storage);
  if (info.is_alias()) out << std::format(" Another name of {}.", storage.name);
  const RegisterInfo& reached = hal::InfoOf(hal::RedirectedByE2h(info.id));
  if (reached.id != info.id) {
    out << std::format(" At EL2 with E2H this name reaches {}.", reached.name);
  }
  out << "\n\n";
}

/// Registers that only repeat another one's fields get a line, not a table.
bool RepeatsFields(const RegisterInfo& info) {
  for (const RegisterInfo& other : hal::AllRegisters()) {
    if (other.id == info.id) return false;
    if (other.fields.data() == info.fields.data()) return true;
  }
  return false;
}

const char* FirstWithFields(const RegisterInfo& info) {
  for (const RegisterInfo& other : hal::AllRegisters()) {
    if (other.fields.data() == info.fields.data()) return other.name;
  }
  return info.name;
}

}  // namespace

void WriteMarkdown(std::ostream& out) {
  out << "# Register reference\n\nGenerated from `hal/regs/*.def`; do not edit.\n\n";
  for (const Register& layouts : GroupByName()) {
    const RegisterInfo& first = *layouts.front();
    out << "## " << first.name << "\n\n";
    WriteSummary(out, first);
    for (const RegisterInfo* info : layouts) {
      if (RepeatsFields(*info)) {
        out << "Fields as in " << FirstWithFields(*info) << ".\n\n";
        continue;
      }
      if (layouts.size() > 1) out << "When " << WhenOf(*info) << ":\n\n";
      WriteBits(out, *info);
    }
  }
}

}  // namespace trivet::registers
