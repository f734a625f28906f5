// mutants --cpu NAME [--el3] FILE...: how many deliberate mistakes in the simulator's tables do the
// traces notice? Prints every one that none of them does.

#include <cstdio>
#include <format>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "hal/registers.h"
#include "sim/model.h"
#include "sim/replay/gzip.h"
#include "sim/replay/replayer.h"
#include "sim/violation.h"

namespace trivet::sim {
namespace {

struct Mutant {
  std::string name;
  Alteration alteration;
};

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
    if (number == line) host = rule.world == World::kHost;
  });
  return host;
}

void AddRules(Mutants& mutants) {
  for (unsigned line = 0; line < RuleLines(); ++line) {
    EditRule(mutants, line, "dropped", [](Rule& rule) { rule.from = 0; });
    EditRule(mutants, line, "inverted", InvertCondition);
    // In the host's world TGE makes both targets EL2.
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

bool Notices(const Profile& profile, const Mutant& mutant, const std::vector<std::string>& traces) {
  const auto model = Model::Altered(profile, mutant.alteration);
  for (const std::string& trace : traces) {
    Replayer replayer(model);
    std::string_view rest = trace;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      if (replayer.Line(rest.substr(0, end)) == Replayer::Result::kDisagrees) return true;
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
  }
  return false;
}

int Main(int argc, char** argv) {
  std::string cpu;
  bool el3 = false;
  std::vector<std::string> traces;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--cpu" && i + 1 < argc) {
      cpu = argv[++i];
    } else if (word == "--el3") {
      el3 = true;
    } else {
      std::ifstream file(argv[i], std::ios::binary);
      traces.emplace_back((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      std::string error;
      if (!file || !Decompress(traces.back(), error))
        throw Violation(std::string("cannot read ") + argv[i]);
    }
  }
  Profile profile = ProfileNamed(cpu);
  if (el3) profile = profile.WithEl3();
  Mutants mutants;
  AddRules(mutants);
  AddRouting(mutants);
  AddMasks(mutants, *Model::For(profile));
  unsigned noticed = 0;
  for (const Mutant& mutant : mutants) {
    if (Notices(profile, mutant, traces)) {
      ++noticed;
    } else {
      std::printf("survives: %s\n", mutant.name.c_str());
    }
  }
  std::printf("mutants=%zu noticed=%u (%.1f %%)\n", mutants.size(), noticed,
              100.0 * noticed / static_cast<double>(mutants.size()));
  return 0;
}

}  // namespace
}  // namespace trivet::sim

int main(int argc, char** argv) {
  try {
    return trivet::sim::Main(argc, argv);
  } catch (const trivet::sim::Violation& violation) {
    std::fprintf(stderr, "mutants: %s\n", violation.what());
    return 2;
  }
}
