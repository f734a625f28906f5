// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/machine.h"

#include <format>

#include "sim/pe/violation.h"

namespace trivet::sim {

Machine::Machine(const Profile& profile, unsigned count) {
  if (count == 0 || count > kMostPes) {
    throw Violation(std::format("machine: {} PEs; 1 to {} are possible", count, kMostPes));
  }
  for (unsigned i = 0; i < count; ++i) {
    const CpuId id{std::uint64_t{i / 16} << 8 | i % 16};
    pes_.push_back(std::make_unique<Pe>(profile, id));
    Pe& pe = *pes_.back();
    pe.set_memory(memory_);
    pe.trace().Reserve(kTraceCapacity);
    pe.SetTlbiSink([this](Pe& from, const Maintenance& m) { SendTlbi(from, m); });
    pe.SetSgiSink([this](Pe& from, const SgiRequest& request) { SendSgi(from, request); });
    pe.SetDeactivationSink([this](unsigned intid) { Deactivate(intid); });
  }
}

void Machine::RouteMaintenanceInterrupts(unsigned ppi) {
  for (const auto& pe : pes_) pe->RouteMaintenanceInterrupt(ppi);
}

void Machine::Deactivate(unsigned intid) {
  for (const auto& pe : pes_) pe->gic().Deactivate(intid);
}

void Machine::SendSgi(Pe& from, const SgiRequest& request) {
  for (const auto& pe : pes_) {
    const std::uint64_t affinity = pe->id().affinity;
    const std::uint64_t aff0 = affinity & 0xff;
    const bool listed = (affinity & ~std::uint64_t{0xff}) == request.aff321 &&
                        aff0 >= request.first_aff0 && aff0 < request.first_aff0 + 16 &&
                        (request.targets >> (aff0 - request.first_aff0) & 1) != 0;
    const bool chosen = request.to_all_others ? pe.get() != &from : listed;
    if (!chosen) continue;
    pe->gic().SetGroup(request.intid, request.group);
    pe->SetInterruptPending(request.intid);
  }
}

void Machine::SendTlbi(const Pe& from, const Maintenance& maintenance) {
  for (const auto& pe : pes_) {
    if (pe.get() != &from) pe->tlb_inbox().Send(maintenance);
  }
}

}  // namespace trivet::sim
