// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "hal/registers.h"
#include "sim/gic/list_registers.h"
#include "sim/gic/maintenance.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

/// ICC_* accesses: the physical CPU interface, or the virtual one from EL1 under HCR_EL2.IMO and
/// FMO.
namespace trivet::sim {
namespace {

using hal::RegisterId;

constexpr unsigned kFirstSpi = 32;

/// Group 0 or 1, by the register's name.
unsigned GroupOf(RegisterId id) {
  switch (id) {
    case RegisterId::kIccIar0El1:
    case RegisterId::kIccEoir0El1:
    case RegisterId::kIccHppir0El1: return 0;
    default: return 1;
  }
}

}  // namespace

bool IsInterfaceRegister(RegisterId id) {
  switch (id) {
    case RegisterId::kIccIar0El1:
    case RegisterId::kIccIar1El1:
    case RegisterId::kIccEoir0El1:
    case RegisterId::kIccEoir1El1:
    case RegisterId::kIccHppir0El1:
    case RegisterId::kIccHppir1El1:
    case RegisterId::kIccRprEl1:
    case RegisterId::kIccDirEl1:
    case RegisterId::kIccSgi0rEl1:
    case RegisterId::kIccSgi1rEl1:
    case RegisterId::kIccAsgi1rEl1:
    case RegisterId::kIchVmcrEl2: return true;
    default: return false;
  }
}

GicInterface::Controls Pe::GicControls() const {
  const auto pmr = hal::IccPmrEl1::FromRaw(Peek(RegisterId::kIccPmrEl1));
  const auto ctlr = hal::IccCtlrEl1::FromRaw(Peek(RegisterId::kIccCtlrEl1));
  return {.priority_mask = pmr.priority(),
          .group_enable = {(Peek(RegisterId::kIccIgrpen0El1) & 1) != 0,
                           (Peek(RegisterId::kIccIgrpen1El1) & 1) != 0},
          .split_end = ctlr.eoimode()};
}

/// Whether EL1's name reaches a virtual register.
bool Pe::IsRedirected(RegisterId id) {
  if (state_.pstate.el() != 1) return false;
  const std::uint64_t bits = RedirectingBits(id);
  return bits != 0 && (Decide(RegisterId::kHcrEl2, bits) & bits) != 0;
}

std::uint64_t Pe::ReadInterface(RegisterId id) {
  const unsigned group = GroupOf(id);
  const bool is_virtual = IsRedirected(id);
  ListRegisters lists(*this);
  switch (id) {
    case RegisterId::kIccIar0El1:
    case RegisterId::kIccIar1El1:
      return is_virtual ? lists.Acknowledge(group) : gic_->Acknowledge(group, GicControls());
    case RegisterId::kIccHppir0El1:
    case RegisterId::kIccHppir1El1:
      return is_virtual ? lists.HighestPending(group) : gic_->HighestPending(group, GicControls());
    case RegisterId::kIccRprEl1:
      return is_virtual ? lists.RunningPriority() : gic_->RunningPriority();
    default: return is_virtual ? lists.Read(id) : Peek(id);
  }
}

/// False when the write is one of the register's storage, with `value` as it is stored.
bool Pe::WriteInterface(RegisterId id, std::uint64_t& value) {
  const unsigned group = GroupOf(id);
  const bool is_virtual = IsRedirected(id);
  const auto intid = static_cast<std::uint32_t>(value & 0xff'ffff);
  ListRegisters lists(*this);
  switch (id) {
    case RegisterId::kIccEoir0El1:
    case RegisterId::kIccEoir1El1:
      is_virtual ? lists.End(group, intid) : EndInterrupt(intid);
      return true;
    case RegisterId::kIccDirEl1:
      is_virtual ? lists.Deactivate(intid) : DeactivateInterrupt(intid);
      return true;
    case RegisterId::kIchVmcrEl2: value = StoredVmcr(*model_, value); return false;
    case RegisterId::kIccSgi0rEl1:
    case RegisterId::kIccSgi1rEl1:
    case RegisterId::kIccAsgi1rEl1:
      SendSgi(id == RegisterId::kIccSgi0rEl1 ? 0 : 1, value);
      return true;
    default:
      if (is_virtual) lists.Write(id, value);
      return is_virtual;
  }
}

void Pe::EndInterrupt(unsigned intid) {
  const GicInterface::Controls controls = GicControls();
  gic_->End(intid);
  if (!controls.split_end) DeactivateInterrupt(intid);
}

void Pe::DeactivateInterrupt(unsigned intid) {
  gic_->Deactivate(intid);
  if (intid >= kFirstSpi && deactivation_sink_ != nullptr) deactivation_sink_(intid);
}

bool Pe::MaintenanceInterrupt() const { return SignalsMaintenance(*this); }

void Pe::RouteMaintenanceInterrupt(std::optional<unsigned> ppi) {
  if (maintenance_ppi_) gic_->SetLine(*maintenance_ppi_, false);
  maintenance_ppi_ = ppi;
  if (ppi) UseGic();
}

void Pe::FollowMaintenance() {
  if (maintenance_ppi_) gic_->SetLine(*maintenance_ppi_, MaintenanceInterrupt());
}

void Pe::SendSgi(unsigned group, std::uint64_t value) {
  const auto sgi = hal::IccSgi1rEl1::FromRaw(value);
  const std::uint64_t aff321 = std::uint64_t{sgi.aff3()} << 32 | std::uint64_t{sgi.aff2()} << 16 |
                               std::uint64_t{sgi.aff1()} << 8;
  if (sgi_sink_ == nullptr) {
    throw Violation(std::format("{}: SGI {} to {:#x}: this PE is in no sim::Machine", Where(),
                                sgi.intid(), aff321));
  }
  sgi_sink_(*this, {.intid = sgi.intid(),
                    .group = group,
                    .to_all_others = sgi.irm(),
                    .aff321 = aff321,
                    .targets = sgi.targetlist(),
                    .first_aff0 = sgi.rs() * 16u});
}

/// What the interface drives into this PE, besides the raw lines.
bool Pe::InterfaceSignals(InterruptClass interrupt) const {
  if (!gic_used_.load(std::memory_order_relaxed) || interrupt == InterruptClass::kSError)
    return false;
  return gic_->Signals(interrupt == InterruptClass::kFiq ? 0 : 1, GicControls());
}

bool Pe::VirtualInterfaceSignals(InterruptClass interrupt) {
  if (interrupt == InterruptClass::kSError) return false;
  return ListRegisters(*this).Signals(interrupt == InterruptClass::kFiq ? 0 : 1);
}

void Pe::SetInterruptPending(unsigned intid) {
  gic_->SetPending(intid);
  UseGic();
}

void Pe::SetInterruptLine(unsigned intid, bool level) {
  gic_->SetLine(intid, level);
  UseGic();
}

void Pe::UseGic() {
  gic_used_.store(true, std::memory_order_relaxed);
  SetAttention(kGic, true);
}

}  // namespace trivet::sim
