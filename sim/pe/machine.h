#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/pe/pe.h"

namespace trivet::sim {

/// Several PEs that share memory and send each other SGIs. Each Pe still belongs to one host
/// thread; SGIs and interrupt lines may cross threads.
class Machine {
 public:
  /// PE i has Aff0 = i % 16 and Aff1 = i / 16. count is 1 to 512.
  Machine(const Profile& profile, unsigned count);

  unsigned size() const { return static_cast<unsigned>(pes_.size()); }
  Pe& pe(unsigned i) { return *pes_[i]; }
  PhysicalMemory& memory() { return *memory_; }

  static constexpr unsigned kMostPes = 512;
  /// Events a PE of a machine keeps; pe(i).trace().Reserve() changes it.
  static constexpr std::size_t kTraceCapacity = 64;

 private:
  void SendSgi(Pe& from, const SgiRequest& request);

  std::shared_ptr<PhysicalMemory> memory_ = std::make_shared<PhysicalMemory>();
  std::vector<std::unique_ptr<Pe>> pes_;
};

}  // namespace trivet::sim
