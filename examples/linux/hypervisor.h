#pragma once

#include <atomic>
#include <span>

#include "guest_cpu.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "vgic/partition/machine.h"

namespace hv {

/// All CPUs of the machine, each of which serves the vCPU that it is given.
template <class Gic>
class Hypervisor {
 public:
  /// Starts the other CPUs, which describe themselves and wait. `owners`: whose the SPIs are.
  Hypervisor(const typename Gic::Physical& gic, const vgic::OwnerTable& owners)
      : gic_(gic), partition_{.owners = owners} {
    Describe(0);
    const auto entry = [](unsigned self, void* it) { static_cast<Hypervisor*>(it)->Wait(self); };
    for (unsigned cpu = 1; cpu < platforms::CpuCount(); ++cpu) {
      Check(platforms::StartCpu(cpu, entry, this), "CPU");
    }
    while (described_ != platforms::CpuCount()) asm volatile("yield");
  }

  /// Gives `guest`, which is `number` and has that VMID, `count` CPUs from `first` on, and memory
  /// that maps nothing but its GIC.
  void Give(Guest<Gic>& guest, vgic::GuestNumber number, unsigned first, unsigned count) {
    const auto cpus = std::span(table_).subspan(first, count);
    guest.gic.emplace(gic_, partition_, number, cpus);
    Check(guest.memory.Create(pool_, kIpaBits, number), guest.name);
    Check(guest.gic->MapInterface(guest.memory), guest.name);
    hal::MpidrEl1 affinities[platforms::kMaxCpus];
    for (unsigned i = 0; i < count; ++i) {
      affinities[i] = hal::MpidrEl1::FromRaw(cpus[i].affinity);
      places_[first + i] = {&guest, i};
    }
    guest.psci.Create(affinities, count);
  }

  /// Runs the guests.
  [[noreturn]] void Run() {
    released_ = true;
    vcpu::WakeWaitingCpus();
    Wait(0);
  }

  static constexpr unsigned kIpaBits = 40;

 private:
  struct Place {
    Guest<Gic>* guest = nullptr;
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
  vgic::GuestCpu table_[platforms::kMaxCpus] = {};
  Place places_[platforms::kMaxCpus] = {};
  GuestCpu<Gic> cpus_[platforms::kMaxCpus];
  std::atomic<unsigned> described_ = 0;
  std::atomic<bool> released_ = false;
  vcpu::TablePoolMemory<64> tables_;
  vcpu::TablePool pool_{tables_.tables, tables_.used,
                        reinterpret_cast<std::uint64_t>(tables_.tables)};
};

}  // namespace hv
