// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the interrupts of a guest cost, beside the shortest correct sequences: EL2 only.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <variant>

#include "bench/guest_rig.h"
#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/list_registers.h"
#include "platforms/devices/mmio.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
using vgic::GicV3Interface;
using vgic::Interrupt;
using vgic::ListRegister;

using Manager = vgic::VirtualCpuInterface<GicV3Interface, 16, 4>;

constexpr std::uint32_t kSpi = 40, kOtherSpi = 41;
constexpr std::uint32_t kUnusedSpi = 190;
constexpr unsigned kKickSgi = 15;  // Not enabled.

ListRegister Pending(Interrupt interrupt) {
  return vgic::WithState(interrupt.value(), true, false);
}

/// True, and the benchmark is skipped, where the CPU has no GICv3 interface.
bool IsSkipped(benchmark::State& state) {
  if (Has<Feature::kGicV3, Cpu>()) return false;
  state.SkipWithMessage("this CPU has no GICv3 interface");
  return true;
}

/// A manager that is loaded on this CPU.
class Loaded {
 public:
  explicit Loaded(unsigned list_registers = 0) {
    if (manager_.Create(list_registers) == Status::kOk) (void)manager_.Load();
  }
  ~Loaded() {
    manager_.Reset();
    manager_.Unload();
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  Manager& manager() { return manager_; }

 private:
  Manager manager_;
};

/// What the guest leaves of an interrupt that it ended.
[[gnu::always_inline]] inline void EndByGuest(Interrupt interrupt) {
  Cpu::Write<IchLrEl2<0>>(interrupt.value());
}

/// The guest has ended the interrupt's last time.
void Inject(benchmark::State& state) {
  if (IsSkipped(state)) return;
  Loaded loaded;
  Interrupt interrupt = Interrupt::Edge(kSpi).priority(0xa0);
  (void)loaded.manager().Inject(interrupt);
  MeasureWithout(
      state,
      [&](benchmark::State& counted) {
        for (auto _ : counted) {
          benchmark::DoNotOptimize(interrupt);
          EndByGuest(interrupt);
          Status status = loaded.manager().Inject(interrupt);
          benchmark::DoNotOptimize(status);
        }
      },
      [&](benchmark::State& counted) {
        for (auto _ : counted) {
          benchmark::DoNotOptimize(interrupt);
          EndByGuest(interrupt);
        }
      });
}
BENCHMARK(Inject)->Name("vgic/inject");

/// Another interrupt had the list register.
void InjectOther(benchmark::State& state) {
  if (IsSkipped(state)) return;
  Loaded loaded(1);
  Interrupt interrupt = Interrupt::Edge(kSpi).priority(0xa0);
  (void)loaded.manager().Inject(interrupt);
  constexpr std::uint64_t kChange = kSpi ^ kOtherSpi;
  const auto change = [&] {
    interrupt = Interrupt::Of(ListRegister::FromRaw(interrupt.value().raw() ^ kChange));
    benchmark::DoNotOptimize(interrupt);
    EndByGuest(interrupt);
  };
  MeasureWithout(
      state,
      [&](benchmark::State& counted) {
        for (auto _ : counted) {
          change();
          Status status = loaded.manager().Inject(interrupt);
          benchmark::DoNotOptimize(status);
        }
      },
      [&](benchmark::State& counted) {
        for (auto _ : counted) change();
      });
}
BENCHMARK(InjectOther)->Name("vgic/inject_other");

/// With 4 interrupts in list registers.
void LoadAndUnload(benchmark::State& state) {
  if (IsSkipped(state)) return;
  Loaded loaded;
  for (std::uint32_t i = 0; i < 4; ++i) (void)loaded.manager().Inject(Interrupt::Edge(kSpi + i));
  loaded.manager().Unload();
  for (auto _ : state) {
    Status status = loaded.manager().Load();
    benchmark::DoNotOptimize(status);
    loaded.manager().Unload();
  }
}
BENCHMARK(LoadAndUnload)->Name("vgic/load_and_unload");

/// An SGI to a vCPU that runs on another CPU: the sender's part, its kick included.
void Send(benchmark::State& state) {
  if (IsSkipped(state)) return;
  Loaded loaded;
  Manager& manager = loaded.manager();
  manager.BeginRun();
  Interrupt sgi = Interrupt::Edge(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(sgi);
    const auto receiver = manager.Post(1, sgi);
    if (receiver && receiver->where == vgic::Where::kGuest) {
      GicV3Interface::Kick(receiver->cpu, kKickSgi);
    }
    state.PauseTiming();
    manager.TakePosts();
    state.ResumeTiming();
  }
  manager.EndRun();
}
BENCHMARK(Send)->Name("vgic/send");

/// An SPI that no device has becomes pending, or the same write has no effect.
void MakeSpiPending(bench::Interrupt interrupt) {
  const auto& gic = std::get<platforms::GicV3>(platforms::ThisMachine().interrupt_controller);
  constexpr std::uintptr_t kIspendr = 0x200;  // [gic] GICD_ISPENDR<n>
  platforms::MmioWrite32(gic.distributor + kIspendr + kUnusedSpi / 32 * std::uintptr_t{4},
                         interrupt == kArriving ? 1u << kUnusedSpi % 32 : 0);
  for (unsigned i = 0; i < 32; ++i) Cpu::Isb();
}

/// The rig's guest, and a manager that its interrupts go to.
Manager* manager_in_place = nullptr;

vectors::InPlace GiveToGuest(vectors::InPlaceExit&) {
  const std::uint32_t intid = GicV3Interface::Acknowledge();
  GicV3Interface::DropPriority(intid);
  (void)manager_in_place->Inject(Interrupt::Hardware(kSpi, intid).priority(0xa0));
  return vectors::InPlace::kResume;
}

/// The interrupt may have come; the guest ends it.
[[gnu::always_inline]] inline bool InterruptedPass(GuestRig& rig, const Start& start) {
  MakeSpiPending(start.interrupt);
  rig.guest().frame().pc = start.pc;
  const Result<vcpu::Exit> exit = rig.guest().Run(rig.cpu());
  EndByGuest(Interrupt::Edge(kSpi));
  Cpu::Write<IccDirEl1>(IccDirEl1().intid(kUnusedSpi));
  Cpu::Isb();
  return exit.has_value();
}

void IrqInPlace(benchmark::State& state) {
  if (IsSkipped(state)) return;
  Loaded loaded;
  manager_in_place = &loaded.manager();
  GuestRig rig({.irq = &GiveToGuest});
  platforms::EnableInterrupt(kUnusedSpi);
  const IccCtlrEl1 host = Cpu::Read<IccCtlrEl1>();
  Cpu::Write<IccCtlrEl1>(host.eoimode(true));
  Cpu::Isb();
  const std::uint64_t pc = rig.At(kHvcPair + kSecondOfPair);
  (void)loaded.manager().Inject(Interrupt::Edge(kSpi));
  MeasureBetween<&InterruptedPass>(state, rig, {pc, kArriving}, {pc, kHeldBack});
  Cpu::Write<IccCtlrEl1>(host);
  Cpu::Isb();
}
BENCHMARK(IrqInPlace)->Name("vgic/irq_in_place");

// The shortest correct sequences.

/// Finds an empty list register and writes the interrupt: of 4, by a branch.
void LimitInject(benchmark::State& state) {
  if (IsSkipped(state)) return;
  const Interrupt interrupt = Interrupt::Edge(kSpi);
  ListRegister value = Pending(interrupt);
  benchmark::DoNotOptimize(value);
  for (auto _ : state) {
    asm volatile(
        "mrs x9, ich_elrsr_el2\n\t"
        "rbit x9, x9\n\t"
        "clz x9, x9\n\t"
        "adr x10, 1f\n\t"
        "add x10, x10, x9, lsl #3\n\t"
        "br x10\n"
        "1:\n\t"
        "msr ich_lr0_el2, %0\n\t"
        "b 2f\n\t"
        "msr ich_lr1_el2, %0\n\t"
        "b 2f\n\t"
        "msr ich_lr2_el2, %0\n\t"
        "b 2f\n\t"
        "msr ich_lr3_el2, %0\n"
        "2:\n\t" ::"r"(value.raw())
        : "x9", "x10", "memory");
    state.PauseTiming();
    EndByGuest(interrupt);
    state.ResumeTiming();
  }
}
BENCHMARK(LimitInject)->Name("limit/inject");

/// One word of one writer, a bell, a look at where the receiver is, and an SGI to it.
void LimitSend(benchmark::State& state) {
  if (IsSkipped(state)) return;
  alignas(64) std::uint64_t words[3] = {};
  std::uint64_t sgi = IccSgi1rEl1().intid(kKickSgi).targetlist(1).raw();
  benchmark::DoNotOptimize(sgi);
  for (auto _ : state) {
    asm volatile(
        "str %1, [%0]\n\t"
        "add x9, %0, #8\n\t"
        "stlr %1, [x9]\n\t"
        "add x9, %0, #16\n\t"
        "ldar x9, [x9]\n\t"
        "cbnz x9, 1f\n\t"
        "dsb ish\n\t"
        "msr icc_sgi1r_el1, %1\n\t"
        "isb\n"
        "1:\n\t" ::"r"(words),
        "r"(sgi)
        : "x9", "memory");
  }
}
BENCHMARK(LimitSend)->Name("limit/send");

/// Eight registers of the host saved and eight of the guest loaded, and back.
template <class First, class Second>
[[gnu::always_inline]] inline void Exchange(std::uint64_t* save, const std::uint64_t* load) {
  const std::uint64_t first = Cpu::Read<First>().raw(), second = Cpu::Read<Second>().raw();
  std::uint64_t next_first = 0, next_second = 0;
  asm volatile(
      "stp %2, %3, [%4]\n\t"
      "ldp %0, %1, [%5]"
      : "=&r"(next_first), "=&r"(next_second)
      : "r"(first), "r"(second), "r"(save), "r"(load)
      : "memory");
  Cpu::Write<First>(First::Value::FromRaw(next_first));
  Cpu::Write<Second>(Second::Value::FromRaw(next_second));
}
void LimitLoadAndUnload(benchmark::State& state) {
  if (IsSkipped(state)) return;
  alignas(16) std::uint64_t host[8], guest[8] = {};
  benchmark::DoNotOptimize(&host);
  benchmark::DoNotOptimize(&guest);
  const auto exchange = [](std::uint64_t* save, const std::uint64_t* load)
                            __attribute__((always_inline)) {
                              Exchange<IchLrEl2<0>, IchLrEl2<1>>(save, load);
                              Exchange<IchLrEl2<2>, IchLrEl2<3>>(save + 2, load + 2);
                              Exchange<IchAp0r0El2, IchAp1r0El2>(save + 4, load + 4);
                              Exchange<IchVmcrEl2, IchHcrEl2>(save + 6, load + 6);
                            };
  for (auto _ : state) {
    exchange(host, guest);
    exchange(guest, host);
  }
}
BENCHMARK(LimitLoadAndUnload)->Name("limit/load_and_unload");

}  // namespace
}  // namespace trivet::bench
