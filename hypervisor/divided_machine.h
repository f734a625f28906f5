// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <initializer_list>
#include <span>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "hypervisor/host.h"
#include "platforms/machine/description.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "vcpu/psci/waiting_cpus.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/stage2/identity_map.h"
#include "vcpu/stage2/table_pool.h"
#include "vgic/distributor/guest_cpus.h"
#include "vgic/distributor/owners.h"
#include "vgic/partition/gic_partition.h"

namespace trivet::hypervisor {

/// All CPUs of the machine, each of which serves one vCPU of one guest from then on.
///
/// `Cpu` is the caller's: `Cpu::Gic` is a GuestGicV3 or GuestGicV2, `Cpu::Guest` has `name`, a
/// text, `memory`, a GuestMemory, `gic`, an optional Gic, and `psci`, a GuestPsci; `Serve(guest,
/// vcpu)` runs that vCPU on the CPU that calls, and does not return. One object, in static storage;
/// calls on the boot CPU. An error ends the machine: Check(), also where it has more than
/// `kMostCpus`.
template <class Cpu, unsigned kMostCpus = 8>
class DividedMachine {
 public:
  using Gic = typename Cpu::Gic;
  using Guest = typename Cpu::Guest;

  /// Starts the other CPUs, which describe themselves and wait. `owners`: whose the SPIs are.
  DividedMachine(const typename Gic::Physical& gic, const vgic::OwnerTable& owners)
      : gic_(gic), partition_{.owners = owners} {
    Check(platforms::CpuCount() <= kMostCpus ? Status::kOk : Status::kNoRoom, "the CPUs");
    Describe(0);
    const auto entry = [](unsigned self, void* it) {
      static_cast<DividedMachine*>(it)->Wait(self);
    };
    for (unsigned cpu = 1; cpu < platforms::CpuCount(); ++cpu) {
      Check(platforms::StartCpu(cpu, entry, this), "CPU");
    }
    while (described_ != platforms::CpuCount()) asm volatile("yield");
  }

  /// Gives `guest`, which is `number` and has that VMID, `count` CPUs from `first` on, and memory
  /// that maps nothing but its GIC.
  void Give(Guest& guest, vgic::GuestNumber number, unsigned first, unsigned count) {
    const auto cpus = std::span(table_).subspan(first, count);
    guest.gic.emplace(gic_, partition_, number, cpus);
    Check(guest.memory.Create(pool_, kIpaBits, number), guest.name);
    Check(guest.gic->MapInterface(guest.memory), guest.name);
    hal::MpidrEl1 affinities[kMostCpus];
    for (unsigned i = 0; i < count; ++i) {
      affinities[i] = hal::MpidrEl1::FromRaw(cpus[i].affinity);
      places_[first + i] = {&guest, i};
    }
    guest.psci.Create(affinities, count);
  }

  /// All of the machine as itself, but for the hypervisor, what is emulated and what is `anothers`.
  void MapMachine(Guest& guest, std::initializer_list<platforms::MemoryRange> anothers) {
    auto holes = guest.gic->Holes();
    holes.Add(platforms::ImageRange());
    for (const platforms::MemoryRange& range : anothers) holes.Add(range);
    Check(vcpu::MapIdentity(guest.memory, std::uint64_t{1} << kIpaBits,
                            platforms::ThisMachine().memory.all(), holes.all()),
          guest.name);
  }

  /// Runs the guests.
  [[noreturn]] void Run() {
    released_ = true;
    vcpu::WakeWaitingCpus();
    Wait(0);
  }

 private:
  static constexpr unsigned kIpaBits = 40;
  struct Place {
    Guest* guest = nullptr;
    unsigned vcpu = 0;
  };

  [[noreturn]] void Wait(unsigned self) {
    if (self != 0) Describe(self);
    while (!released_ || places_[self].guest == nullptr) asm volatile("wfe");
    cpus_[self].Serve(*places_[self].guest, places_[self].vcpu);
  }
  void Describe(unsigned self) {
    platforms::InterruptsInitThisCpu();
    platforms::EnableInterrupt(vgic::kMaintenance);
    table_[self] = Gic::PrepareCpu(gic_);
    ++described_;
  }

  const typename Gic::Physical& gic_;
  vgic::GicPartition partition_;
  vgic::GuestCpu table_[kMostCpus] = {};
  Place places_[kMostCpus] = {};
  Cpu cpus_[kMostCpus];
  std::atomic<unsigned> described_ = 0;
  std::atomic<bool> released_ = false;
  vcpu::TablePoolMemory<64> tables_;
  vcpu::TablePool pool_{tables_.tables, tables_.used,
                        reinterpret_cast<std::uint64_t>(tables_.tables)};
};

}  // namespace trivet::hypervisor
