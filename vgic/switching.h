// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// How VirtualCpuInterface moves between CPUs, and what other CPUs call; included by
// virtual_cpu_interface.h.

#include <memory>

#include "hal/cpu.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {

#define TRIVET_VGIC_TEMPLATE \
  template <VirtualInterface Interface, unsigned kCapacity, unsigned kCpus, class Word>
#define TRIVET_VGIC VirtualCpuInterface<Interface, kCapacity, kCpus, Word>

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Load() {
  if (loaded_ || Is(kUncommon)) [[unlikely]]
    return LoadSlowly();
  interface_.SaveListRegisters(host_list_registers_, 4);
  interface_.SaveControls(host_controls_, kCommon);
  loaded_ = live_ = true;
  interface_.RestoreListRegisters(table_.list_registers(), 4);
  interface_.RestoreControls(controls_, kCommon);
  Loaded();
  return Status::kOk;
}

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::LoadSlowly() {
  if (loaded_) return Refuse({Status::kLoadedElsewhere, Part::kInterface});
  if (count_ == 0) return Refuse({Status::kNotCreated, Part::kInterface});
  interface_.SaveListRegisters(host_list_registers_, count_);
  interface_.SaveControls(host_controls_, has_);
  loaded_ = live_ = true;
  interface_.RestoreListRegisters(table_.list_registers(), count_);
  interface_.RestoreControls(controls_, has_);
  Loaded();
  return Status::kOk;
}

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::LoadShared(bool each_run) {
  if (loaded_ || count_ == 0) return LoadSlowly();
  interface_.SaveListRegisters(host_list_registers_, count_);
  Set(kShares, true);
  loaded_ = true;
  live_ = !each_run;
  interface_.RestoreListRegisters(table_.list_registers(), count_);
  if (!each_run) interface_.WriteHcr(controls_.hcr);
  Loaded();
  return Status::kOk;
}

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Loaded() {
  quick_ = all_;
  if (table_.waiting() != 0) [[unlikely]]
    ServeMaintenance();
}

/// Where nothing waits, the list registers are the whole truth.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Unload() {
  if (quick_ == 0 || special_ != 0) [[unlikely]]
    return UnloadSlowly();
  interface_.SaveListRegisters(table_.list_registers(), 4);
  interface_.SaveControls(controls_, kCommon);
  interface_.RestoreListRegisters(host_list_registers_, 4);
  interface_.RestoreControls(host_controls_, kCommon);
  loaded_ = live_ = false;
  quick_ = 0;
  where_.store(0, std::memory_order_seq_cst);
}

/// What the guest ended of those that wait is not active any longer.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::UnloadSlowly() {
  if (!loaded_) return;
  Pull();
  UnlinkPpis();
  const hal::IchHcrEl2 hcr = controls_.hcr;
  interface_.RestoreListRegisters(host_list_registers_, count_);
  if (Is(kShares)) {
    controls_.vmcr = vmcr_;
  } else {
    interface_.SaveControls(controls_, has_);
    interface_.RestoreControls(host_controls_, has_);
  }
  controls_.hcr = hcr;
  Leave();
}

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Leave() {
  loaded_ = live_ = hides_pending_ = false;
  holds_ = 0;
  Set(kShares, false);
  quick_ = 0;
  where_.store(0, std::memory_order_seq_cst);
}

/// Another CPU's list registers would deactivate that CPU's PPI.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::UnlinkPpis() {
  if (!Is(kHasPpis)) return;
  for (unsigned i = 0; i < Table::kEntries; ++i) {
    const ListRegister value = table_.Get(i);
    if (!table_.IsUsed(i) || !value.hw() || value.pintid() >= kFirstSpi) continue;
    if (value.state() != State::kInvalid) interface_.Deactivate(value.pintid());
    table_.Set(i, Plain(value));
  }
  Set(kHasPpis, false);
}

/// Reads the table's values alone: its chains, and what the manager does, may be half done. What
/// the guest has ended is deactivated again.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Abandon(bool powered) {
  if (!powered) return Lose();
  for (unsigned i = 0; i < Table::kEntries; ++i) {
    const ListRegister value = table_.Get(i);
    if (value.hw()) interface_.Deactivate(value.pintid());  // Of no unused entry.
  }
  if (loaded_) {
    interface_.RestoreListRegisters(host_list_registers_, count_);
    if (!Is(kShares)) interface_.RestoreControls(host_controls_, has_);
  }
  Leave();
  std::construct_at(&table_);
  controls_ = {};
}

/// What the guest ended is not known: each SPI is Reset()'s to deactivate. PPIs went with the CPU.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Lose() {
  for (unsigned i = 0; i < Table::kEntries; ++i) {
    const ListRegister value = table_.Get(i);
    const bool is_ppi = value.hw() && value.pintid() < kFirstSpi;
    if (table_.IsUsed(i)) table_.Set(i, WithState(is_ppi ? Plain(value) : value, true, false));
  }
  Leave();
}

/// The host's ICH_HCR_EL2 ends a maintenance interrupt before it is acknowledged.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Suspend() {
  if (!live_) return;
  if (interface_.HasMaintenance()) [[unlikely]]
    ServeMaintenance();
  controls_.hcr = interface_.ReadHcr();
  live_ = false;
}
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Resume() {
  live_ = loaded_;
  if (live_) interface_.WriteHcr(controls_.hcr);
}

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::TakePosts() {
  inbox_.Take([this](Interrupt interrupt, bool inject) {
    if (inject) return Inject(interrupt) != Status::kNoRoom;
    (void)Retract(interrupt.intid());  // It is created: Post() looked.
    // The command that this one replaced may have been to inject what is active.
    const ListRegister value = interrupt.value();
    if (value.hw() && table_.Find(value.vintid()) == Table::kNone) {
      interface_.Deactivate(value.pintid());
    }
    return true;
  });
}

TRIVET_VGIC_TEMPLATE
expected<Receiver, Error> TRIVET_VGIC::Post(unsigned sender, Interrupt interrupt, bool inject) {
  const ListRegister value = interrupt.value();
  if (const Error error = Examine(value); error.status != Status::kOk) {
    return unexpected(error);
  }
  const auto refused = [&](Status status, Part part, std::uint64_t what) {
    return unexpected(Error{status, part, value.vintid(), what});
  };
  if (sender >= kCpus) return refused(Status::kInvalidArgument, Part::kSender, sender);
  if (value.hw() && value.pintid() < kFirstSpi) {
    return refused(Status::kInvalidArgument, Part::kPhysicalIntid, value.pintid());
  }
  if (!inbox_.Post(sender, interrupt, inject)) {
    return refused(Status::kNoRoom, Part::kSender, sender);
  }
  const std::uint64_t where = where_.load(std::memory_order_seq_cst);
  const CpuId cpu = {.affinity = where & ~(kInGuest | kInHost)};
  if ((where & kInGuest) != 0) return Receiver{Where::kGuest, cpu};
  return Receiver{(where & kInHost) != 0 ? Where::kHost : Where::kAway, cpu};
}

#undef TRIVET_VGIC
#undef TRIVET_VGIC_TEMPLATE

}  // namespace trivet::vgic
