// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/mutants/mutants.h"

#include <format>
#include <map>

#include "hal/registers.h"
#include "sim/pe/exception.h"

namespace trivet::lab {
namespace {

using hal::ExceptionClass;
using Mutants = std::vector<Mutant>;

void EditRule(Mutants& mutants, unsigned line, const char* what, void (*change)(sim::Rule&)) {
  const auto edit = [line, change](unsigned number, sim::Rule& rule) {
    if (number == line) change(rule);
  };
  mutants.push_back({std::format("rule {}: {}", sim::RuleText(line), what), {.rule = edit}});
}

void InvertCondition(sim::Rule& rule) {
  rule.condition =
      rule.condition == sim::Condition::kIs ? sim::Condition::kIsNot : sim::Condition::kIs;
}

std::vector<sim::Rule> RulesByLine() {
  std::vector<sim::Rule> rules(sim::RuleLines());
  sim::CompileRules([&rules](unsigned line, sim::Rule& rule) { rules[line] = rule; });
  return rules;
}

void AddRules(Mutants& mutants, const sim::Model& model) {
  const std::vector<sim::Rule> rules = RulesByLine();
  for (unsigned line = 0; line < sim::RuleLines(); ++line) {
    // A rule by a control that the CPU lacks is not part of its model.
    if (!model.HasControlOf(rules[line])) continue;
    EditRule(mutants, line, "dropped", [](sim::Rule& rule) { rule.from = 0; });
    EditRule(mutants, line, "inverted", InvertCondition);
    // In the host's host_state TGE makes both targets EL2; an UNDEFINED instruction has one.
    const bool goes_to_handler = rules[line].ec == ExceptionClass::kUnknown;
    if (rules[line].host_state != sim::HostState::kHost && !goes_to_handler) {
      EditRule(mutants, line, "to the other level", [](sim::Rule& rule) {
        rule.target =
            rule.target == sim::Target::kToEl1 ? sim::Target::kToEl2 : sim::Target::kToEl1;
      });
    }
    EditRule(mutants, line, "with another class", [](sim::Rule& rule) {
      rule.ec =
          rule.ec == ExceptionClass::kSystem ? ExceptionClass::kUnknown : ExceptionClass::kSystem;
    });
  }
}

void AddRouting(Mutants& mutants) {
  for (unsigned i = 0; i < sim::RoutingTable::kSize; ++i) {
    const sim::RoutingState s = sim::RoutingTable::StateOf(i);
    const bool physical = sim::RoutingTable::IsPhysical(i);
    // EL1 with TGE, and virtual interrupts at EL2, never come to the table.
    if ((s.el == 1 && s.tge) || (s.el == 2 && !physical)) continue;
    const auto change = [i](sim::RoutingTable& table) {
      table[i] =
          table[i] == sim::Delivery::kPending ? sim::Delivery::kToEl2 : sim::Delivery::kPending;
    };
    mutants.push_back(
        {std::format("routing of {} interrupts at EL{} e2h={} tge={} route={} masked={}",
                     physical ? "physical" : "virtual", s.el, s.e2h, s.tge, s.route, s.masked),
         {.routing = change}});
  }
}

void AddLostBits(Mutants& mutants, const sim::Model& model, hal::RegisterId id,
                 std::uint64_t bits) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    if ((model.MasksOf(id).stores & bits & mask) == 0) continue;
    mutants.push_back({std::format("{} bit {} lost", hal::InfoOf(id).name, bit),
                       {.lost_register = id, .lost_bits = mask}});
  }
}

/// Control bits that software writes and nothing happens: all that the simulator decides by.
void AddMasks(Mutants& mutants, const sim::Model& model) {
  std::map<hal::RegisterId, std::uint64_t> deciding;
  for (const sim::Rule& rule : RulesByLine()) {
    if (model.HasControlOf(rule)) deciding[rule.control] |= rule.mask;
  }
  deciding[hal::RegisterId::kHcrEl2] |= hal::HcrEl2()
                                            .e2h(true)
                                            .tge(true)
                                            .rw(true)
                                            .vm(true)
                                            .tsc(true)
                                            .dc(true)
                                            .amo(true)
                                            .imo(true)
                                            .fmo(true)
                                            .vi(true)
                                            .vf(true)
                                            .vse(true)
                                            .raw();
  deciding[hal::RegisterId::kMdcrEl2] |= hal::MdcrEl2().tde(true).raw();
  for (const auto& [id, bits] : deciding) AddLostBits(mutants, model, id, bits);
}

}  // namespace

std::vector<Mutant> AllMutants(const sim::Model& model) {
  Mutants mutants;
  AddRules(mutants, model);
  AddRouting(mutants);
  AddMasks(mutants, model);
  return mutants;
}

}  // namespace trivet::lab
