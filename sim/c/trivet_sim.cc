// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/c/trivet_sim.h"

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hal/backend.h"
#include "hal/register_info.h"
#include "hal/registers.h"
#include "sim/pe/code_map.h"
#include "sim/pe/exception.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile.h"

using trivet::hal::RegisterId;
using trivet::sim::Pe;

struct trivet_sim {
  explicit trivet_sim(const trivet::sim::Profile& profile) : pe(profile) {}

  Pe pe;
  unsigned violations = 0;
  trivet_sim_reporter report = nullptr;
  void* context = nullptr;
};

namespace trivet::sim {
namespace {

/// What stands at an address. The code map has no place for a context: each has a function of its
/// own.
struct Placed {
  trivet_sim* sim = nullptr;
  trivet_sim_code code = nullptr;
  void* context = nullptr;
  std::unique_ptr<ScopedCode> mapped;
};
constexpr std::size_t kPlaces = 8;
std::array<Placed, kPlaces> places;

template <std::size_t kPlace>
void RunPlaced(Pe&, std::uint64_t offset) {
  const Placed& placed = places[kPlace];
  placed.code(placed.sim, offset, placed.context);
}
constexpr auto kRunPlaced = []<std::size_t... kPlace>(std::index_sequence<kPlace...>) {
  return std::array<HostCode, kPlaces>{&RunPlaced<kPlace>...};
}(std::make_index_sequence<kPlaces>());

void Report(trivet_sim& sim, const char* message) {
  ++sim.violations;
  if (sim.report != nullptr) sim.report(sim.context, message);
}

/// No exception of C++ leaves a function of C.
template <class Act>
auto Guard(trivet_sim* sim, Act act) -> decltype(act(sim->pe)) {
  try {
    return act(sim->pe);
  } catch (const std::exception& violation) {
    Report(*sim, violation.what());
    return decltype(act(sim->pe))();
  }
}

std::uint32_t NumberOf(const hal::Encoding& e) {
  return TRIVET_SIM_REGISTER(e.op0, e.op1, e.crn, e.crm, e.op2);
}

/// The register that has this encoding, in its present layout.
RegisterId Find(const Pe& pe, std::uint32_t encoding) {
  const bool e2h = hal::HcrEl2::FromRaw(pe.Peek(RegisterId::kHcrEl2)).e2h();
  const hal::Layout other = e2h ? hal::Layout::kE2hClear : hal::Layout::kE2hSet;
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    if (NumberOf(info.encoding) == encoding && info.layout != other) return info.id;
  }
  throw Violation("no register is described that has the encoding S" +
                  std::to_string(encoding >> 14) + "_" + std::to_string(encoding >> 11 & 7) + "_C" +
                  std::to_string(encoding >> 7 & 15) + "_C" + std::to_string(encoding >> 3 & 15) +
                  "_" + std::to_string(encoding & 7));
}

}  // namespace
}  // namespace trivet::sim

using trivet::sim::Find;
using trivet::sim::Guard;

trivet_sim* trivet_sim_new(const char* profile) {
  for (const trivet::sim::Profile& known : trivet::sim::AllProfiles()) {
    if (known.name == std::string_view(profile)) return new trivet_sim(known);
  }
  return nullptr;
}

void trivet_sim_delete(trivet_sim* sim) {
  for (auto& placed : trivet::sim::places) {
    if (placed.sim == sim) placed = {};
  }
  delete sim;
}

void trivet_sim_on_violation(trivet_sim* sim, trivet_sim_reporter report, void* context) {
  sim->report = report;
  sim->context = context;
}

unsigned trivet_sim_violations(const trivet_sim* sim) { return sim->violations; }

uint64_t trivet_sim_read(trivet_sim* sim, uint32_t encoding) {
  return Guard(sim, [=](Pe& pe) { return pe.Read(Find(pe, encoding)); });
}
void trivet_sim_write(trivet_sim* sim, uint32_t encoding, uint64_t value) {
  Guard(sim, [=](Pe& pe) { pe.Write(Find(pe, encoding), value); });
}
void trivet_sim_isb(trivet_sim* sim) {
  Guard(sim, [](Pe& pe) { pe.Isb(); });
}
void trivet_sim_dsb(trivet_sim* sim, trivet_sim_domain domain) {
  Guard(sim, [=](Pe& pe) { pe.Dsb(static_cast<trivet::hal::Domain>(domain)); });
}
void trivet_sim_tlbi(trivet_sim* sim, trivet_sim_maintenance operation) {
  Guard(sim, [=](Pe& pe) { pe.Invalidate(static_cast<trivet::hal::Tlbi>(operation)); });
}
uint64_t trivet_sim_daif_mask(trivet_sim* sim) {
  return Guard(sim, [](Pe& pe) { return pe.DaifMask(); });
}
void trivet_sim_daif_restore(trivet_sim* sim, uint64_t daif) {
  Guard(sim, [=](Pe& pe) { pe.DaifRestore(daif); });
}

uint64_t trivet_sim_peek(trivet_sim* sim, uint32_t encoding) {
  return Guard(sim, [=](Pe& pe) { return pe.Peek(Find(pe, encoding)); });
}
void trivet_sim_poke(trivet_sim* sim, uint32_t encoding, uint64_t value) {
  Guard(sim, [=](Pe& pe) { pe.Poke(Find(pe, encoding), value); });
}
void trivet_sim_raise(trivet_sim* sim, trivet_sim_line line, int level) {
  using trivet::sim::InterruptClass;
  constexpr InterruptClass kLines[] = {InterruptClass::kIrq, InterruptClass::kFiq,
                                       InterruptClass::kSError};
  if (line > TRIVET_SIM_SERROR) return trivet::sim::Report(*sim, "no such interrupt line");
  Guard(sim, [=](Pe& pe) { pe.Raise(kLines[line], level != 0); });
}

int trivet_sim_place(trivet_sim* sim, uint64_t base, uint64_t size, trivet_sim_code code,
                     void* context) {
  using trivet::sim::places;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].sim != nullptr) continue;
    places[i] = {.sim = sim, .code = code, .context = context, .mapped = nullptr};
    const bool mapped = Guard(sim, [=](Pe&) {
      places[i].mapped =
          std::make_unique<trivet::sim::ScopedCode>(base, size, trivet::sim::kRunPlaced[i]);
      return true;
    });
    if (!mapped) places[i] = {};
    return mapped ? 1 : 0;
  }
  return 0;
}
