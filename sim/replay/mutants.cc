#include "sim/replay/mutants.h"

#include <format>
#include <map>

#include "hal/registers.h"
#include "sim/pe/exception.h"

namespace trivet::sim {
namespace {

using Mutants = std::vector<Mutant>;

void EditRule(Mutants& mutants, unsigned line, const char* what, void (*change)(Rule&)) {
  const auto edit = [line, change](unsigned number, Rule& rule) {
    if (number == line) change(rule);
  };
  mutants.push_back({std::format("rule {}: {}", RuleText(line), what), {.rule = edit}});
}

void InvertCondition(Rule& rule) {
  rule.condition = rule.condition == Condition::kIs ? Condition::kIsNot : Condition::kIs;
}

bool IsOfHost(unsigned line) {
  bool host = false;
  CompileRules([&host, line](unsigned number, Rule& rule) {
    if (number == line) host = rule.host_state == HostState::kHost;
  });
  return host;
}

void AddRules(Mutants& mutants) {
  for (unsigned line = 0; line < RuleLines(); ++line) {
    EditRule(mutants, line, "dropped", [](Rule& rule) { rule.from = 0; });
    EditRule(mutants, line, "inverted", InvertCondition);
    // In the host's host_state TGE makes both targets EL2.
    if (!IsOfHost(line)) {
      EditRule(mutants, line, "to the other level", [](Rule& rule) {
        rule.target = rule.target == Target::kToEl1 ? Target::kToEl2 : Target::kToEl1;
      });
    }
    EditRule(mutants, line, "with another class", [](Rule& rule) {
      rule.ec =
          rule.ec == ExceptionClass::kSystem ? ExceptionClass::kUnknown : ExceptionClass::kSystem;
    });
  }
}

void AddRouting(Mutants& mutants) {
  for (unsigned i = 0; i < RoutingTable::kSize; ++i) {
    const RoutingState s = RoutingTable::StateOf(i);
    const bool physical = RoutingTable::IsPhysical(i);
    // EL1 with TGE, and virtual interrupts at EL2, never come to the table.
    if ((s.el == 1 && s.tge) || (s.el == 2 && !physical)) continue;
    const auto change = [i](RoutingTable& table) {
      table[i] = table[i] == Delivery::kPending ? Delivery::kToEl2 : Delivery::kPending;
    };
    mutants.push_back(
        {std::format("routing of {} interrupts at EL{} e2h={} tge={} route={} masked={}",
                     physical ? "physical" : "virtual", s.el, s.e2h, s.tge, s.route, s.masked),
         {.routing = change}});
  }
}

void AddLostBits(Mutants& mutants, const Model& model, hal::RegisterId id, std::uint64_t bits) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    if ((model.MasksOf(id).stores & bits & mask) == 0) continue;
    mutants.push_back({std::format("{} bit {} lost", hal::InfoOf(id).name, bit),
                       {.lost_register = id, .lost_bits = mask}});
  }
}

/// Control bits that software writes and nothing happens: all that the simulator decides by.
void AddMasks(Mutants& mutants, const Model& model) {
  std::map<hal::RegisterId, std::uint64_t> deciding;
  CompileRules([&deciding](unsigned, Rule& rule) { deciding[rule.control] |= rule.mask; });
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

std::vector<Mutant> AllMutants(const Model& model) {
  Mutants mutants;
  AddRules(mutants);
  AddRouting(mutants);
  AddMasks(mutants, model);
  return mutants;
}

}  // namespace trivet::sim
