// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/simulator.h"

#include <string_view>

#include "hal/registers.h"
#include "lab/board/states.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::lab::board {
namespace {

using hal::RegisterId;

/// Marks a syndrome, as the image does: an ESR may be 0.
constexpr std::uint64_t kTaken = std::uint64_t{1} << 63;

/// Does to a simulated CPU what el2_probe.S does to a real one.
class SimProber {
 public:
  explicit SimProber(const sim::Profile& profile) : pe_(sim::Model::For(profile)) {
    pe_.set_reserved_bits(sim::ReservedBits::kIgnored);
    pe_.chooser().Use(sim::Strategy::kAllNew);
    start_ = pe_.Snapshot();
  }

  Reading operator()(const Request& request) {
    Reading reading = {};
    pe_.Restore(start_);
    Write(RegisterId::kHcrEl2, HcrOf(request.e2h));
    Write(request.e2h ? RegisterId::kCptrEl2E2h : RegisterId::kCptrEl2, CptrOf(request.e2h));
    reading.read_esr = Read(request.id, reading.now);
    if (!request.writes) return reading;
    Prepare(request);
    reading.write_esr = Write(request.id, request.value);
    if (reading.write_esr == 0) reading.write_esr = Read(request.id, reading.after);
    if (reading.write_esr != 0) return reading;
    Prepare(request);
    reading.write_esr = Write(request.id, reading.now ^ (request.clears ? ~std::uint64_t{0} : 0));
    return reading;
  }

 private:
  void Prepare(const Request& request) {
    if (request.counterpart != RegisterId::kCount) Write(request.counterpart, ~std::uint64_t{0});
  }

  std::uint64_t Execute(const sim::Instruction& instruction) {
    const auto exception = sim::Interpreter(pe_).Execute(instruction);
    return exception ? exception->esr.value_or(0) | kTaken : 0;
  }

  std::uint64_t Read(RegisterId id, std::uint64_t& value) {
    const std::uint64_t esr = Execute(sim::Mrs(0, id));
    value = esr == 0 ? pe_.x(0) : 0;
    return esr;
  }

  std::uint64_t Write(RegisterId id, std::uint64_t value) {
    pe_.set_x(0, value);
    const std::uint64_t esr = Execute(sim::Msr(id, 0));
    pe_.PerformIsb();
    return esr;
  }

  sim::Pe pe_;
  sim::PeState start_;
};

/// What a profile lists: what a CPU is, not what it is doing.
bool IsIdentification(const hal::RegisterInfo& info) {
  const std::string_view name = info.name;
  if (name.starts_with("ID_") || name.starts_with("MVFR")) return true;
  for (const std::string_view other :
       {"MIDR_EL1", "REVIDR_EL1", "AIDR_EL1", "CTR_EL0", "DCZID_EL0", "CLIDR_EL1", "GMID_EL1",
        "ICH_VTR_EL2", "PMCR_EL0", "PMMIR_EL1", "LORID_EL1", "MPAMIDR_EL1", "ERRIDR_EL1",
        "SMIDR_EL1"}) {
    if (name == other) return true;
  }
  return false;
}

}  // namespace

Measurements MeasureSimulator(const sim::Profile& profile, bool has_e2h, bool has_no_e2h) {
  Measurements measured = {.has_e2h = has_e2h, .has_no_e2h = has_no_e2h, .records = {}};
  SimProber prober(profile);
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    const bool e2h = NeedsE2h(info) || !has_no_e2h;
    if (!IsInPlan(info, e2h, has_e2h)) continue;
    Record& record = measured.records[{info.id, e2h}];
    record.result = {.id = info.id, .e2h = e2h};
    try {
      ProbeRegister(
          info, e2h, prober, [&](const Result& result) { record = RecordOf(result); },
          [&](const Result&, bool one, unsigned bit, std::uint64_t value) {
            SetWalk(record, one, bit, value);
          });
    } catch (const sim::Violation& violation) {
      record.refusal = violation.what();
    }
  }
  return measured;
}

sim::Profile ProfileOf(const Measurements& measured, std::string name) {
  sim::Profile profile;
  profile.name = std::move(name);
  for (const auto& [key, record] : measured.records) {
    const hal::RegisterInfo& info = hal::InfoOf(key.first);
    if (record.result.read_esr != 0 || record.result.now == 0 || !IsIdentification(info)) continue;
    profile.SetId(info.name, record.result.now);
  }
  const auto pfr0 = hal::IdAa64Pfr0El1::FromRaw(profile.Id("ID_AA64PFR0_EL1"));
  profile.has_el3 = (pfr0.raw() >> 12 & 0xf) != 0;
  return profile;
}

}  // namespace trivet::lab::board
