// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/status.h"
#include "percpu/host_kind.h"
#include "tests/percpu/sequence/operation.h"

namespace trivet::tests {

/// The registers that show which owner EL2 has and what stage 2 maps.
struct Registers {
  std::uint64_t vbar = 0, hcr = 0, tpidr = 0, vtcr = 0, vttbr = 0;
  bool operator==(const Registers&) const = default;
};

/// Values that the model does not derive: addresses, and what an UNKNOWN register happens to hold.
struct Constants {
  percpu::HostKind kind;
  Registers arrival;             ///< What the host has when the CPU is first seen.
  Registers boot;                ///< What it has after the power was gone.
  Registers ours;                ///< VBAR_EL2, TPIDR_EL2 and the stage 2 that maps nothing.
  Registers guest;               ///< The guest's stage 2.
  Registers foreign;             ///< VBAR_EL2 and stage 2 of other code.
  std::uint64_t policy_hcr = 0;  ///< HCR_EL2 bits that the policy sets.
  std::uint64_t guest_hcr = 0;   ///< HCR_EL2 bits that every guest has: docs/guest_view.md.
  std::uint64_t vm = 0;          ///< HCR_EL2.VM.
};

/// The contract of percpu's README for one CPU, as a machine of four states. Written from the
/// README alone, not from percpu's code.
struct Model {
  enum class Phase : std::uint8_t { kVacant, kReady, kEnabled, kSuspended };

  Phase phase = Phase::kVacant;
  bool powered = true;
  bool booted_again = false;  ///< Lost power at least once: its other registers are boot's.
  bool guest_loaded = false;
  bool guest_lost = false;
  Registers live;  ///< What the CPU's registers hold. Meaningful while powered.
  Registers host;  ///< What a disable, or a failed suspend's comparison, goes by.
  bool host_booted_again = false;

  /// How much generation() grew in the last Apply().
  unsigned lost = 0;

  bool operator==(const Model&) const = default;

  /// The call's result; nothing when it cannot be made, because the CPU has no power, or because
  /// a foreign write took what the guest would run on.
  std::optional<Status> Apply(Operation operation, const Constants& constants);

 private:
  std::optional<Status> Call(Operation operation, const Constants& constants);
  Status Create();
  Status Enter(Phase from, const Constants& constants);
  Status CheckEnabled(const Constants& constants) const;
  Status Leave(Phase next, const Constants& constants);
  std::uint64_t EnabledHcr(const Constants& constants) const;
  Status Run(const Constants& constants);
  bool ForeignWriteBreaksRun(const Constants& constants) const;
  Status Audit(const Constants& constants) const;
  Status Suspend(const Constants& constants);
  Status Fail(const Constants& constants);
  Status Off();
  void PowerGoes();
  void PowerComes(const Constants& constants);
  void ForeignHcr(const Constants& constants);
};

}  // namespace trivet::tests
