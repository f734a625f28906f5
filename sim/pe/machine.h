// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/pe/pe.h"

namespace trivet::sim {

/// Several PEs of one inner shareable domain: they share memory, send each other SGIs, deactivate
/// each other's SPIs and broadcast TLB maintenance. Each Pe still belongs to one host thread; what
/// they send may cross threads.
class Machine {
 public:
  /// PE i has Aff0 = i % 16 and Aff1 = i / 16. count is 1 to 512.
  Machine(const Profile& profile, unsigned count);

  unsigned size() const { return static_cast<unsigned>(pes_.size()); }
  Pe& pe(unsigned i) { return *pes_[i]; }
  PhysicalMemory& memory() { return *memory_; }
  /// Each PE's maintenance interrupt drives its PPI: 25 on most machines.
  void RouteMaintenanceInterrupts(unsigned ppi);

  static constexpr unsigned kMostPes = 512;
  /// Events a PE of a machine keeps; pe(i).trace().Reserve() changes it.
  static constexpr std::size_t kTraceCapacity = 64;

 private:
  void SendSgi(Pe& from, const SgiRequest& request);
  void Deactivate(unsigned intid);
  void SendTlbi(const Pe& from, const Maintenance& maintenance);

  std::shared_ptr<PhysicalMemory> memory_ = std::make_shared<PhysicalMemory>();
  std::vector<std::unique_ptr<Pe>> pes_;
};

}  // namespace trivet::sim
