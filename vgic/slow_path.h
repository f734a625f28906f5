// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// What VirtualCpuInterface does besides its quick path; included by virtual_cpu_interface.h.

#include "vgic/arrangement.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {

#define TRIVET_VGIC_TEMPLATE \
  template <VirtualInterface Interface, unsigned kCapacity, unsigned kCpus, class Word>
#define TRIVET_VGIC VirtualCpuInterface<Interface, kCapacity, kCpus, Word>

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Refuse(const Error& error) {
  error_ = error;
  return error.status;
}

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Create(unsigned list_registers) {
  if (count_ != 0) return Refuse({Status::kAlreadyCreated, Part::kInterface});
  const Result<Implementation> has = interface_.Query();
  if (!has) return Refuse({has.error(), Part::kInterface});
  if (list_registers > has->list_registers) {
    return Refuse({Status::kInvalidArgument, Part::kListRegisterCount, 0, list_registers});
  }
  has_ = *has;
  count_ = list_registers != 0 ? list_registers : has_.list_registers;
  all_ = (1u << count_) - 1;
  Set(kUncommon, count_ != 4 || has_.active_registers != 1);
  const ListRegister plain = ListRegister().hw(true).group(true).pintid(0x1fff).vintid(~0u);
  refused_ = ~plain.priority(has_.priorities).raw();
  return Status::kOk;
}

TRIVET_VGIC_TEMPLATE
bool TRIVET_VGIC::HasIntid(std::uint32_t intid) const {
  if (intid < kFirstSpecial) return true;
  if (kNumbersSenders) {
    const std::uint32_t sgi = intid & ((1u << Interrupt::kSenderShift) - 1);
    return sgi < kSgis && intid < 8u << Interrupt::kSenderShift;
  }
  return intid >= kFirstLpi && intid <= has_.last_lpi;
}

/// What is wrong with an interrupt that is not plain: kOk if nothing is.
TRIVET_VGIC_TEMPLATE
Error TRIVET_VGIC::Examine(ListRegister value) const {
  if (count_ == 0) return {Status::kNotCreated, Part::kInterface, value.vintid()};
  const auto refused = [&](Part part, std::uint64_t what) -> Error {
    return {Status::kInvalidArgument, part, value.vintid(), what};
  };
  if (!HasIntid(value.vintid())) return refused(Part::kIntid, value.vintid());
  if ((value.priority() & ~has_.priorities) != 0) return refused(Part::kPriority, value.priority());
  const bool is_backed = value.hw() || value.pintid() != 0;
  const bool can_be_backed = value.vintid() >= kSgis && value.vintid() < kFirstSpecial;
  if (is_backed && !can_be_backed) return refused(Part::kKind, value.pintid());
  if (value.hw() && (value.pintid() < kSgis || value.pintid() >= kFirstSpecial)) {
    return refused(Part::kPhysicalIntid, value.pintid());
  }
  return {};
}

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Check(ListRegister value) {
  const Error error = Examine(value);
  if (error.status != Status::kOk) return Refuse(error);
  if (value.hw() && value.pintid() < kFirstSpi) Set(kHasPpis, true);
  return Status::kOk;
}

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::InjectSlowly(ListRegister value) {
  Pull();
  const unsigned i = table_.Find(value.vintid());
  const Status status = i == Table::kNone ? Add(value) : Merge(i, value);
  Push();
  return status;
}

TRIVET_VGIC_TEMPLATE
bool TRIVET_VGIC::SharesNumber(ListRegister value) const {
  if (!kNumbersSenders || !IsSgiFromCpu(value)) return false;
  for (unsigned i = 0; i < Table::kEntries; ++i) {
    if (table_.IsUsed(i) && HaveOneNumber(table_.Get(i), value)) return true;
  }
  return false;
}

/// An interrupt that is neither pending nor active. Arrange() finds its place.
TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Add(ListRegister value) {
  unsigned i = 0;
  while (i < count_ && table_.IsUsed(i)) ++i;
  if (i == count_ || SharesNumber(value)) i = table_.FindRoom();
  if (i == Table::kNone) {
    return Refuse({Status::kNoRoom, Part::kCapacity, value.vintid(), kCapacity});
  }
  table_.Add(i, WithState(value, true, false));
  return Status::kOk;
}

/// One that is pending or active already. [gic] ICH_LR<n>_EL2.State: with HW it is never both.
TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Merge(unsigned i, ListRegister value) {
  const ListRegister old = table_.Get(i);
  if (old.hw() && (!value.hw() || value.pintid() != old.pintid())) {
    return Refuse({Status::kInvalidArgument, Part::kKind, value.vintid(), old.pintid()});
  }
  if (!IsActive(old)) {
    if (IsHigh(old) && !value.hw()) value = value.pintid(Interrupt::kEoiBit);
    table_.Set(i, WithState(value, true, false));
    return Status::kOk;
  }
  if (value.hw()) {
    table_.Set(i, WithState(old.hw(true).pintid(value.pintid()), false, true));
  } else if (IsHigh(value)) {
    table_.Set(i, old.pintid(Interrupt::kEoiBit));
  } else {
    table_.Set(i, WithState(old, true, true));
  }
  return Status::kOk;
}

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Retract(std::uint32_t intid) {
  if (count_ == 0) return Refuse({Status::kNotCreated, Part::kInterface, intid});
  Pull();
  if (const unsigned i = table_.Find(intid); i != Table::kNone) {
    const ListRegister old = table_.Get(i);
    if (IsActive(old)) {
      table_.Set(i, WithState(old.hw() ? old : Plain(old), false, true));
    } else {
      if (old.hw()) interface_.Deactivate(old.pintid());
      table_.Remove(i);
    }
  }
  Push();
  return Status::kOk;
}

/// The guest deactivated the active interrupt `i`.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::EndInterrupt(unsigned i) {
  const ListRegister old = table_.Get(i);
  if (old.hw()) interface_.Deactivate(old.pintid());
  const bool again = IsPending(old) || IsHigh(old);
  table_.Set(i, WithState(old, again, false));
  if (!again) table_.Remove(i);
}

/// [gic] ICC_DIR_EL1: of no effect while EOImode is clear.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Deactivate(std::uint32_t intid) {
  Pull();
  const unsigned i = table_.Find(intid);
  if (vmcr_.veoim() && i != Table::kNone && IsActive(table_.Get(i))) EndInterrupt(i);
  Push();
}

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::ServeMaintenance() {
  Pull();
  Push();
}

TRIVET_VGIC_TEMPLATE
template <class Visit>
void TRIVET_VGIC::ForEach(Visit visit) {
  Pull();
  for (unsigned i = 0; i < Table::kEntries; ++i) {
    if (table_.IsUsed(i)) visit(table_.Get(i));
  }
  Push();
}

TRIVET_VGIC_TEMPLATE
bool TRIVET_VGIC::HasPending() {
  if (inbox_.IsRung()) return true;
  bool found = false;
  ForEach([&](ListRegister value) {
    found = found || (IsDeliverable(value, vmcr_) && value.priority() < vmcr_.vpmr());
  });
  return found;
}

TRIVET_VGIC_TEMPLATE
bool TRIVET_VGIC::HasActivePriority() const {
  Controls now;
  interface_.SaveControls(now, has_);
  std::uint64_t active = 0;
  for (const auto& groups : now.active) active |= groups[0] | groups[1];
  return active != 0;
}

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Reset() {
  Pull();
  for (unsigned i = 0; i < Table::kEntries; ++i) {
    if (!table_.IsUsed(i)) continue;
    if (table_.Get(i).hw()) interface_.Deactivate(table_.Get(i).pintid());
    table_.Remove(i);
  }
  Push();
  controls_ = {};
  if (loaded_ && !Is(kShares)) interface_.RestoreControls(controls_, has_);
}

// Step 1: the table has what the guest left in the list registers.

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Pull() {
  vmcr_ = loaded_ ? interface_.ReadVmcr() : controls_.vmcr;
  for (unsigned i = 0; i < count_; ++i) {
    if (table_.IsUsed(i)) PullListRegister(i);
  }
  const hal::IchHcrEl2 hcr = ReadHcr();
  // [gic] With EOImode deactivations alone count, and those trap. QEMU 11 counts ends too.
  for (unsigned n = vmcr_.veoim() ? 0 : hcr.eoicount(); n != 0; --n) EndWaiting();
  controls_.hcr = hcr.eoicount(0);
}

/// An LPI has no active state: [gic] "LPIs".
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::PullListRegister(unsigned i) {
  const ListRegister old = table_.Get(i);
  ListRegister value = loaded_ ? interface_.ReadListRegister(i) : old;
  if (kNumbersSenders && (holds_ >> i & 1) != 0) value = value.pintid(old.pintid());
  if (hides_pending_ && old.state() == State::kPendingAndActive) {
    value = WithState(old, true, value.state() != State::kInvalid);
  }
  if (value.vintid() >= kFirstLpi) value = WithState(value, IsPending(value), false);
  if (value.state() == State::kInvalid) {
    if (!IsHigh(value)) return table_.Remove(i);
    value = WithState(value, true, false);
  }
  table_.Set(i, value);
}

/// An end that ICH_HCR_EL2.EOIcount counted: the guest ends the active interrupt of highest
/// priority. [gic] ICC_EOIR1_EL1.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::EndWaiting() {
  unsigned ended = Table::kNone;
  for (unsigned i = Table::kFirstWaiting; i < Table::kEntries; ++i) {
    if (!table_.IsUsed(i) || !IsActive(table_.Get(i))) continue;
    if (ended == Table::kNone || table_.Get(i).priority() < table_.Get(ended).priority()) ended = i;
  }
  if (ended != Table::kNone) EndInterrupt(ended);
}

// Step 3: the list registers have the best of the table.

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Push() {
  const Arrangement<kCapacity> arrangement(table_, count_, vmcr_, kNumbersSenders);
  if (table_.waiting() != 0) arrangement.Arrange();
  if (loaded_) Show(arrangement);
  WriteHcr(arrangement.Hcr(has_.traps_deactivation));
  quick_ = loaded_ && table_.waiting() == 0 ? all_ : 0;
}

/// Where interrupts wait, one that is pending and active is shown as active, and its end reported:
/// the guest's end would make it pending, and so hide that one that waits has a higher priority.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Show(const Arrangement<kCapacity>& arrangement) {
  hides_pending_ = table_.waiting() != 0;
  holds_ = 0;
  if (!hides_pending_) {
    return interface_.RestoreListRegisters(table_.list_registers(), count_);
  }
  ListRegisters shown;
  for (unsigned i = 0; i < count_; ++i) {
    const ListRegister value = table_.Get(i);
    const bool both = value.state() == State::kPendingAndActive;
    shown[i] = both ? WithState(value.pintid(Interrupt::kEoiBit), false, true) : value;
    if (!kNumbersSenders || !table_.IsUsed(i) || !arrangement.Holds(i)) continue;
    shown[i] = shown[i].pintid(Interrupt::kEoiBit);
    holds_ |= 1u << i;
  }
  interface_.RestoreListRegisters(shown, count_);
}

#undef TRIVET_VGIC
#undef TRIVET_VGIC_TEMPLATE

}  // namespace trivet::vgic
