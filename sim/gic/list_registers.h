// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "sim/pe/pe.h"

/// The virtual CPU interface: what ICC_* accesses from EL1 reach while HCR_EL2.IMO or FMO redirects
/// them, over the list registers of one Pe. [gic] "Virtual interrupt handling".
namespace trivet::sim {

/// What ICH_VMCR_EL2 holds once `written` is written. Its fields are those of the ICV_* registers:
/// least binary points, no unimplemented bits of priorities; where ICC_SRE_EL1.SRE is always 1,
/// VFIQEn is RES1 and VAckCtl RES0. [gic] ICH_VMCR_EL2.
std::uint64_t StoredVmcr(const Model& model, std::uint64_t written);

/// True for an INTID that names no interrupt. [gic] "INTIDs".
constexpr bool IsSpecial(std::uint32_t intid) { return intid >= 1020 && intid <= 1023; }

class ListRegisters {
 public:
  explicit ListRegisters(Pe& pe) : pe_(pe) {}

  /// True when a virtual IRQ (group 1) or FIQ (group 0) is to be signalled.
  bool Signals(unsigned group) const;
  std::uint32_t HighestPending(unsigned group) const;
  std::uint32_t Acknowledge(unsigned group);
  void End(unsigned group, std::uint32_t vintid);
  /// ICV_DIR_EL1.
  void Deactivate(std::uint32_t vintid);
  /// The highest active priority of ICH_AP0Rn_EL2 and ICH_AP1Rn_EL2.
  std::uint8_t RunningPriority() const;

  /// ICV_PMR, BPRn, CTLR, IGRPENn and APnRm_EL1, kept in ICH_VMCR_EL2 and ICH_APnRm_EL2; VDISR_EL2.
  std::uint64_t Read(hal::RegisterId id) const;
  void Write(hal::RegisterId id, std::uint64_t value);
  /// Throws Violation where the list registers hold what the architecture leaves UNPREDICTABLE or
  /// what is not modelled, while ICH_HCR_EL2.En is set. For a guest that begins to run.
  void Refuse() const;

 private:
  unsigned Count() const;
  std::uint64_t Get(unsigned n) const;
  void Set(unsigned n, std::uint64_t value);
  /// The pending list register of an enabled group with the highest priority.
  std::optional<unsigned> Best() const;
  std::optional<unsigned> BestOf(unsigned group) const;
  std::optional<unsigned> FindActive(std::uint32_t vintid) const;
  /// The bits of a priority that decide about preemption in a group. [gic] ICV_BPRn_EL1.
  std::uint8_t GroupPriority(unsigned group, std::uint8_t priority) const;
  unsigned BinaryPoint(unsigned group) const;
  /// The least ICV_BPR0_EL1.
  unsigned LeastBinaryPoint() const;
  unsigned PreemptionBits() const;
  void CountLostEnd(std::uint32_t vintid);
  void SetState(unsigned n, std::uint64_t state);

  Pe& pe_;
};

}  // namespace trivet::sim
