// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/guest_page.h"

#include <bit>
#include <cstring>
#include <vector>

#include "hal/field_mask.h"
#include "hal/guest_view.h"
#include "hal/registers.h"
#include "hal/roles.h"

namespace trivet::hal {
namespace {

using Words = std::vector<std::string>;

struct Field {
  RegisterId id;
  std::uint64_t mask;
};
constexpr Field kKept[] = {
#define KEEP(Type, accessor) {kInfo<Type>.id, TRIVET_FIELD_MASK(Type, accessor)},
#include "hal/regs/guest.def"
};

constexpr const char* kEnumerators[] = {
    "kAlways",
    "kNever",
#define CAPABILITY(enumerator, ...) #enumerator,
#include "hal/regs/guest.def"
};

constexpr RegisterId kConfigured[] = {
#define CONFIGURED(Type) kInfo<Type>.id,
#include "hal/regs/guest.def"
};

/// HCR_EL2, of which only the CONTROL lines are Trivet's, and those of which no bit is the host's
/// but the KEEP lines; each in both layouts of E2H.
constexpr RegisterId kControlled[] = {
    RegisterId::kHcrEl2,
#define CONTROLLED(Type) kInfo<NamesAtEl2<Type>::E2hClear>.id, kInfo<NamesAtEl2<Type>::E2hSet>.id,
#include "hal/regs/guest.def"
};

std::string Joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// For registers that have two.
std::string LayoutOf(RegisterId id) {
  switch (InfoOf(id).layout) {
    case Layout::kE2hClear: return " (E2H 0)";
    case Layout::kE2hSet: return " (E2H 1)";
    case Layout::kAny: return "";
  }
  return "?";
}

std::string NameOf(RegisterId id) { return InfoOf(id).name + LayoutOf(id); }

std::string FieldName(RegisterId id, std::uint64_t mask) {
  for (const FieldInfo& field : InfoOf(id).fields) {
    if (field.mask() == mask) return field.name;
  }
  return "?";
}

std::uint64_t ValueIn(std::uint64_t mask, std::uint64_t bits) {
  return (bits & mask) >> std::countr_zero(mask);
}

std::string NameOf(Capability capability) { return InfoOf(capability).name; }

/// How many System register accesses a guest costs for this register.
const char* CostOf(Fate fate) {
  switch (fate) {
    case Fate::kOnLoad: return "2 a load";
    case Fate::kHeld:
    case Fate::kOnRun: return "2 a load; VHE: 4 a run";
    case Fate::kEachRun: return "4 a run";
    case Fate::kVector: return "2 a first use";
    case Fate::kOffered: return "an exit";
    case Fate::kTrapped: return "an exit, or UNDEFINED";
    case Fate::kVirtual:
    case Fate::kConstant:
    case Fate::kShared: return "0";
  }
  return "?";
}

/// One row for each run of lines that differ in the register alone.
std::string RegisterTable() {
  std::string text =
      "| registers | owner | needs | where, why, or by which control | cost "
      "|\n|---|---|---|---|---|\n";
  const List<GuestRegister> lines = GuestRegisters();
  for (std::size_t i = 0; i < lines.size();) {
    const GuestRegister& first = lines[i];
    Words names;
    for (; i < lines.size() && lines[i].fate == first.fate &&
           lines[i].capability == first.capability && !std::strcmp(lines[i].note, first.note);
         ++i) {
      names.push_back(InfoOf(lines[i].id).name);
    }
    const bool opened = first.capability > Capability::kNever;
    text += "| " + Joined(names) + " | " + ToString(first.fate) + " | " +
            (opened ? NameOf(first.capability) : "") + " | " + first.note + " | " +
            CostOf(first.fate) + " |\n";
  }
  return text;
}

/// The fields of `id` that no capability changes, where a guest's value is `set` or clear.
Words FixedFields(RegisterId id, bool set) {
  Words names;
  for (const GuestControlField& field : GuestControlFields()) {
    const bool fixed = field.capability == Capability::kNever || field.open == field.closed;
    if (field.id != id || !fixed || (field.closed != 0) != set) continue;
    names.push_back(FieldName(id, field.mask));
  }
  return names;
}

Words KeptFields(RegisterId id) {
  if (id == RegisterId::kHcrEl2) return {"all other fields, and the policy's"};
  Words names;
  for (const Field& field : kKept) {
    if (field.id == id) names.push_back(FieldName(id, field.mask));
  }
  return names;
}

std::string ControlTable() {
  std::string text = "| control | set | clear | the host's |\n|---|---|---|---|\n";
  Words configured;
  for (const RegisterId id : kConfigured) configured.push_back(NameOf(id));
  RegisterId last = RegisterId::kCount;
  for (const RegisterId id : kControlled) {
    if (id == last) continue;  // A register with one layout.
    last = id;
    const bool hcr = id == RegisterId::kHcrEl2;
    text += "| " + NameOf(id) + " | " + Joined(FixedFields(id, true)) + " | " +
            (hcr ? Joined(FixedFields(id, false)) : "the rest") + " | " + Joined(KeptFields(id)) +
            " |\n";
  }
  return text + "\n" + Joined(configured) +
         " are what `vcpu::Config` says. HCR_EL2.VSE is set while an SError\n"
         "that `vcpu::Inject` made pending is.\n";
}

/// "ID_AA64ISAR2_EL1.{MOPS, ...}" for each register with a field offered to `capability`.
Words OfferedFields(Capability capability) {
  Words registers;
  for (const RegisterInfo& info : AllRegisters()) {
    Words fields;
    for (const GuestIdField& offer : GuestIdFields()) {
      if (offer.id == info.id && offer.capability == capability) {
        fields.push_back(FieldName(offer.id, offer.mask));
      }
    }
    if (!fields.empty()) registers.push_back(std::string(info.name) + ".{" + Joined(fields) + "}");
  }
  return registers;
}

std::string CapabilitySection(Capability capability) {
  std::string text = "\n### " + NameOf(capability) +
                     "\n`Capability::" + kEnumerators[static_cast<unsigned>(capability)] + "`. ";
  const Feature needs = InfoOf(capability).needs;
  if (needs != Feature::kBase) text += std::string("Needs ") + ToString(needs) + ". ";
  const Words offered = OfferedFields(capability);
  text += offered.empty() ? "No ID field offers it.\n" : "Offered: " + Joined(offered) + ".\n";
  text += "\n| control | closed | open |\n|---|--:|--:|\n";
  for (const GuestControlField& field : GuestControlFields()) {
    if (field.capability != capability) continue;
    text += std::string("| ") + InfoOf(field.id).name + "." + FieldName(field.id, field.mask) +
            LayoutOf(field.id) + " | " + std::to_string(ValueIn(field.mask, field.closed)) + " | " +
            std::to_string(ValueIn(field.mask, field.open)) + " |\n";
  }
  return text;
}

constexpr char kIntroduction[] =
    R"(# What a guest can reach

Written by `bazel run //hal:update_guest_view` from [guest.def](../hal/regs/guest.def), which also
makes the banks, the traps and the ID registers; `//hal:hal_test` compares.

A guest has the base architecture. `vcpu::Config::open` opens capabilities by name. A closed one is
trapped or UNDEFINED, and the guest's ID registers do not offer it; opening one switches its
registers, opens its controls and offers it, together. A CPU that lacks its feature refuses the
guest (kUnsupportedFeature).

- A *load* is a run of another guest than the last, or the first after `Unload()`. A *run* is one
  `Run()`. Under a VHE host EL2's controls are switched by each run, otherwise by each load.
- Cost: accesses of System registers (MRS or MSR, besides the loads and stores), for a guest that
  has the register, on a CPU that has it; half as many again where one name sets bits and another
  clears them. Controls: at most 1 a load; VHE: 3 a run.

## Registers

In the order in which they are restored.

)";

}  // namespace

std::string GuestPage() {
  std::string text = kIntroduction + RegisterTable() +
                     "\n## Controls of EL2 that no capability changes\n\n" + ControlTable() +
                     "\n## ID registers\n\nEach guest is shown these fields, and reads the others "
                     "as \"absent\":\n\n";
  for (const std::string& fields : OfferedFields(Capability::kAlways)) {
    text += "- " + fields + "\n";
  }
  text += "\n## Capabilities\n";
  const auto count = static_cast<unsigned>(Capability::kCount);
  for (unsigned n = static_cast<unsigned>(Capability::kNever) + 1; n < count; ++n) {
    text += CapabilitySection(static_cast<Capability>(n));
  }
  return text;
}

}  // namespace trivet::hal
