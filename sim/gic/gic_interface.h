// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "hal/cpu_id.h"
#include "hal/register_id.h"
#include "sim/gic/intid_set.h"

/// The GICv3 CPU interface of one PE: what ICC_* accesses acknowledge, end and deactivate.
/// [gic] "The CPU interface". Preemption goes by whole priorities (BPR = 0); two security states,
/// 1 of N, NMI and LPIs are not modelled.
namespace trivet::sim {

class Pe;

/// Where ICC_SGI0R, SGI1R and ASGI1R writes of one PE go; the machine knows the others.
struct SgiRequest {
  unsigned intid;
  unsigned group;
  bool to_all_others;     ///< ICC_SGIxR_EL1.IRM
  std::uint64_t aff321;   ///< Affinity of the targets, Aff0 = 0.
  std::uint16_t targets;  ///< Bit n: Aff0 = first_aff0 + n.
  unsigned first_aff0;    ///< 16 times ICC_SGIxR_EL1.RS.
};

class GicInterface {
 public:
  static constexpr unsigned kIntids = IntidSet::kIntids;
  static constexpr std::uint32_t kSpurious = 1023;
  static constexpr std::uint8_t kDefaultPriority = 0xa0;
  static constexpr std::uint8_t kIdlePriority = 0xff;

  /// From any thread: makes an edge-triggered interrupt pending, or a level-sensitive one's line
  /// high.
  void SetPending(unsigned intid);
  void SetLine(unsigned intid, bool level);
  /// Group 0 is signalled as FIQ, group 1 (the default) as IRQ.
  void SetGroup(unsigned intid, unsigned group);
  void SetPriority(unsigned intid, std::uint8_t priority);
  void SetEnabled(unsigned intid, bool enabled);
  bool IsActive(unsigned intid) const;

  /// How software sees and changes the interface: the ICC_* registers kept in the Pe's bank.
  struct Controls {
    std::uint8_t priority_mask;        ///< ICC_PMR_EL1
    std::array<bool, 2> group_enable;  ///< ICC_IGRPENn_EL1
    bool split_end;                    ///< ICC_CTLR_EL1.EOImode: EOIR drops, DIR deactivates.
  };

  /// True when `group` has an interrupt to signal.
  bool Signals(unsigned group, const Controls& controls) const;
  /// ICC_HPPIRn_EL1.
  std::uint32_t HighestPending(unsigned group, const Controls& controls) const;
  /// ICC_IARn_EL1: the interrupt becomes active, its priority the running one; or kSpurious.
  std::uint32_t Acknowledge(unsigned group, const Controls& controls);
  /// ICC_EOIRn_EL1: drops the priority. Throws Violation unless intid is the interrupt acknowledged
  /// last.
  void End(std::uint32_t intid);
  /// ICC_DIR_EL1, and the end of an interrupt without split_end. Ignores inactive interrupts.
  void Deactivate(std::uint32_t intid);
  /// ICC_RPR_EL1.
  std::uint8_t RunningPriority() const;

 private:
  std::uint64_t Candidates(unsigned group, std::size_t word) const;
  std::uint32_t Best(unsigned group, const Controls& controls) const;

  mutable std::mutex mutex_;
  IntidSet pending_, lines_, active_, group0_, disabled_;
  std::array<std::uint8_t, kIntids> priority_ = [] {
    std::array<std::uint8_t, kIntids> all;
    all.fill(kDefaultPriority);
    return all;
  }();
  std::vector<std::uint32_t> running_;  ///< Acknowledged and not ended, oldest first.
};

}  // namespace trivet::sim
