// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/sequence/model.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;

/// True when the vectors, HCR_EL2, TPIDR_EL2 and stage 2 are switched at enable, not per run.
bool SwitchesAtEnable(const Constants& constants) { return constants.kind != HostKind::kVhe; }

}  // namespace

const char* ToString(Operation operation) {
  static constexpr const char* kNames[kOperations] = {
      "create",  "enable", "disable", "run",  "audit",        "off",        "on",
      "suspend", "resume", "standby", "fail", "foreign VBAR", "foreign HCR"};
  return kNames[static_cast<unsigned>(operation)];
}

Status Model::Enter(Phase from, const Constants& constants) {
  if (phase == Phase::kVacant) return Status::kNotCreated;
  if (phase == Phase::kEnabled) return Status::kAlreadyEnabled;
  if (phase == Phase::kSuspended && from != phase) return Status::kSuspended;
  if (phase == Phase::kReady && from != phase) return Status::kNotEnabled;
  if ((live.hcr & constants.vm) != 0) return Status::kInUse;
  host = live;
  host_booted_again = booted_again;
  if (SwitchesAtEnable(constants)) {
    live.vtcr = constants.ours.vtcr;
    live.vttbr = constants.ours.vttbr;
    live.vbar = constants.ours.vbar;
    live.hcr |= constants.policy_hcr;
    live.tpidr = constants.ours.tpidr;
  }
  phase = Phase::kEnabled;
  return Status::kOk;
}

Status Model::CheckEnabled(const Constants& constants) const {
  if (phase == Phase::kSuspended) return Status::kSuspended;
  if (phase != Phase::kEnabled) return Status::kNotEnabled;
  const bool replaced = SwitchesAtEnable(constants) && live.vbar != constants.ours.vbar;
  return replaced ? Status::kVectorsReplaced : Status::kOk;
}

Status Model::Leave(Phase next, const Constants& constants) {
  if (const Status status = CheckEnabled(constants); status != Status::kOk) return status;
  if (!SwitchesAtEnable(constants)) host = live;
  live = host;
  phase = next;
  guest_loaded = false;
  lost = 1;
  return Status::kOk;
}

/// HCR_EL2 between runs, where it is switched at enable. An nVHE host keeps a loaded guest's bits.
std::uint64_t Model::EnabledHcr(const Constants& constants) const {
  const bool guests = guest_loaded && constants.kind == HostKind::kNvhe;
  return host.hcr | constants.policy_hcr | (guests ? constants.guest_hcr : 0);
}

Status Model::Run(const Constants& constants) {
  if (phase != Phase::kEnabled) return Status::kNotEnabled;
  if (guest_lost) {
    guest_lost = false;  // The next run makes a new one.
    return Status::kLostState;
  }
  if (guest_loaded) return Status::kOk;
  if (SwitchesAtEnable(constants)) {
    live.vtcr = constants.guest.vtcr;
    live.vttbr = constants.guest.vttbr;
  }
  guest_loaded = true;
  if (constants.kind == HostKind::kNvhe) live.hcr = EnabledHcr(constants);
  return Status::kOk;
}

/// Nothing looks before a run whether other code took the vectors or the loaded guest's stage 2:
/// Audit() does.
bool Model::ForeignWriteBreaksRun(const Constants& constants) const {
  if (CheckEnabled(constants) == Status::kVectorsReplaced) return true;
  if (phase != Phase::kEnabled || !guest_loaded) return false;
  if (!SwitchesAtEnable(constants)) return false;
  const bool vm_is_switched = constants.kind != HostKind::kNvhe;
  const bool vm = (live.hcr & constants.vm) != 0;
  return live.vttbr != constants.guest.vttbr || !(vm || vm_is_switched);
}

Status Model::Audit(const Constants& constants) const {
  if (const Status status = CheckEnabled(constants); status != Status::kOk) return status;
  if (!SwitchesAtEnable(constants)) return Status::kOk;
  const Registers& stage2 = guest_loaded ? constants.guest : constants.ours;
  const bool drifted =
      live.hcr != EnabledHcr(constants) || live.vtcr != stage2.vtcr || live.vttbr != stage2.vttbr;
  return drifted ? Status::kRestoreMismatch : Status::kOk;
}

Status Model::Fail(const Constants& constants) {
  Model attempt = *this;
  if (const Status status = attempt.Enter(Phase::kSuspended, constants); status != Status::kOk) {
    return status;
  }
  if (live != host || booted_again != host_booted_again) return Status::kLostState;
  *this = attempt;
  return Status::kOk;
}

void Model::PowerGoes() {
  powered = false;
  guest_lost |= guest_loaded;
  guest_loaded = false;
  live = {};
}

void Model::PowerComes(const Constants& constants) {
  powered = true;
  booted_again = true;
  live = constants.boot;
}

Status Model::Create() {
  if (phase != Phase::kVacant) return Status::kAlreadyCreated;
  phase = Phase::kReady;
  return Status::kOk;
}

Status Model::Off() {
  lost = phase == Phase::kEnabled ? 1 : 0;
  if (phase != Phase::kVacant) phase = Phase::kReady;
  PowerGoes();
  return Status::kOk;
}

Status Model::Suspend(const Constants& constants) {
  const Status status = Leave(Phase::kSuspended, constants);
  if (status == Status::kOk) PowerGoes();
  return status;
}

void Model::ForeignHcr(const Constants& constants) {
  live.hcr ^= constants.vm;
  if ((live.hcr & constants.vm) == 0) return;
  live.vtcr = constants.foreign.vtcr;
  live.vttbr = constants.foreign.vttbr;
}

std::optional<Status> Model::Apply(Operation operation, const Constants& constants) {
  lost = 0;
  // Operations that need no power, or restore it.
  if (operation == Operation::kCreate) return Create();
  if (operation == Operation::kOff) return Off();
  if (operation == Operation::kOn) {
    if (powered) return std::nullopt;
    PowerComes(constants);
    return Status::kOk;
  }
  if (operation == Operation::kResume && !powered && phase == Phase::kSuspended) {
    PowerComes(constants);
  }
  return powered ? Call(operation, constants) : std::nullopt;
}

std::optional<Status> Model::Call(Operation operation, const Constants& constants) {
  switch (operation) {
    case Operation::kEnable: return Enter(Phase::kReady, constants);
    case Operation::kDisable: return Leave(Phase::kReady, constants);
    case Operation::kRun:
      if (ForeignWriteBreaksRun(constants)) return std::nullopt;
      return Run(constants);
    case Operation::kAudit: return Audit(constants);
    case Operation::kSuspend: return Suspend(constants);
    case Operation::kResume: return Enter(Phase::kSuspended, constants);
    case Operation::kStandby: return Leave(Phase::kSuspended, constants);
    case Operation::kFail: return Fail(constants);
    case Operation::kForeignVbar: live.vbar = constants.foreign.vbar; return Status::kOk;
    case Operation::kForeignHcr: ForeignHcr(constants); return Status::kOk;
    case Operation::kCreate:
    case Operation::kOff:
    case Operation::kOn: break;  // Apply() did them.
  }
  return std::nullopt;
}

}  // namespace trivet::tests
