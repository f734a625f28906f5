#pragma once

// How VirtualCpuInterface moves between CPUs, and what other CPUs call; included by
// virtual_cpu_interface.h.

#include "hal/cpu.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {

#define TRIVET_VGIC_TEMPLATE \
  template <VirtualInterface Interface, unsigned kCapacity, unsigned kCpus, class Word>
#define TRIVET_VGIC VirtualCpuInterface<Interface, kCapacity, kCpus, Word>

TRIVET_VGIC_TEMPLATE
Status TRIVET_VGIC::Load(Switching switching) {
  if (count_ == 0) return Refuse({Status::kNotCreated, Part::kInterface});
  if (loaded_) return Refuse({Status::kLoadedElsewhere, Part::kInterface, 0, place_});
  switching_ = switching;
  interface_.SaveListRegisters(host_list_registers_, count_);
  if (switching == Switching::kAll) {
    host_hcr_ = interface_.ReadHcr();
    interface_.SaveControls(host_controls_, has_);
    interface_.RestoreControls(controls_, has_);
  }
  interface_.RestoreListRegisters(table_.list_registers(), count_);
  loaded_ = true;
  live_ = switching != Switching::kEachRun;
  if (live_) interface_.WriteHcr(hcr_);
  place_ = hal::Cpu::CurrentCpu().affinity;
  where_.store(kInHost | place_, std::memory_order_release);
  quick_ = (1u << count_) - 1;
  if (table_.waiting() != 0) [[unlikely]]
    ServeMaintenance();
  return Status::kOk;
}

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Unload() {
  if (!loaded_) return;
  if (table_.waiting() != 0) [[unlikely]] {
    Pull();  // What the guest ended of those that wait is not active any longer.
  } else {
    hcr_ = ReadHcr();
    interface_.SaveListRegisters(table_.list_registers(), count_);
  }
  hides_pending_ = false;
  interface_.RestoreListRegisters(host_list_registers_, count_);
  if (switching_ == Switching::kAll) {
    interface_.SaveControls(controls_, has_);
    interface_.RestoreControls(host_controls_, has_);
    interface_.WriteHcr(host_hcr_);
  } else {
    controls_.vmcr = interface_.ReadVmcr();
  }
  loaded_ = live_ = false;
  quick_ = 0;
  if (has_ppis_) UnlinkPpis();
  where_.store(0, std::memory_order_seq_cst);
}

/// Another CPU's list registers would deactivate that CPU's PPI.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::UnlinkPpis() {
  for (unsigned i = 0; i < Table::kEntries; ++i) {
    const ListRegister value = table_.Get(i);
    if (!table_.IsUsed(i) || !value.hw() || value.pintid() >= kFirstSpi) continue;
    if (value.state() != State::kInvalid) interface_.Deactivate(value.pintid());
    table_.Set(i, Plain(value));
  }
  has_ppis_ = false;
}

/// The host's ICH_HCR_EL2 ends a maintenance interrupt before it is acknowledged.
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Suspend() {
  if (!live_) return;
  if (interface_.HasMaintenance()) [[unlikely]]
    ServeMaintenance();
  hcr_ = interface_.ReadHcr();
  live_ = false;
}
TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::Resume() {
  live_ = loaded_;
  if (live_) interface_.WriteHcr(hcr_);
}

TRIVET_VGIC_TEMPLATE
void TRIVET_VGIC::TakePosts() {
  inbox_.Take([this](Interrupt interrupt, bool inject) {
    const Status status = inject ? Inject(interrupt) : Retract(interrupt.intid());
    return status != Status::kNoRoom;
  });
}

TRIVET_VGIC_TEMPLATE
std::expected<Receiver, Error> TRIVET_VGIC::Post(unsigned sender, Interrupt interrupt,
                                                 bool inject) {
  const ListRegister value = interrupt.value();
  if (const Error error = Examine(value); error.status != Status::kOk) {
    return std::unexpected(error);
  }
  const auto refused = [&](Status status, Part part, std::uint64_t what) {
    return std::unexpected(Error{status, part, value.vintid(), what});
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
