#pragma once

#include <cstdint>
#include <optional>

#include "sim/pe/pe.h"

/// The virtual CPU interface: what ICC_* accesses from EL1 reach while HCR_EL2.IMO or FMO redirects
/// them, over the list registers of one Pe. [gic] "Virtual interrupt handling".
namespace trivet::sim {

class ListRegisters {
 public:
  explicit ListRegisters(Pe& pe) : pe_(pe) {}

  /// True when a virtual IRQ (group 1) or FIQ (group 0) is to be signalled.
  bool Signals(unsigned group) const;
  std::uint32_t HighestPending(unsigned group) const;
  std::uint32_t Acknowledge(unsigned group);
  void End(std::uint32_t vintid);
  void Deactivate(std::uint32_t vintid);
  std::uint8_t RunningPriority() const;

 private:
  unsigned Count() const;
  std::uint64_t Get(unsigned n) const;
  void Set(unsigned n, std::uint64_t value);
  std::optional<unsigned> Best(unsigned group) const;
  std::optional<unsigned> FindActive(std::uint32_t vintid) const;
  /// The active list register with the highest priority.
  std::optional<unsigned> Running() const;

  Pe& pe_;
};

}  // namespace trivet::sim
