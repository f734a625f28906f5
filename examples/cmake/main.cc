// SPDX-License-Identifier: Apache-2.0 OR MIT
// A hypervisor of one CPU and one guest in C++23, by the headers of the tarball: takes EL2, runs
// the guest of ../make to its second hypercall, gives EL2 back, and compares.

#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "percpu/per_cpu.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

extern "C" {
#include "machine.h"

extern const char guest[];
}

namespace {

using trivet::Result;
using trivet::Status;
using trivet::hal::Cpu;
using trivet::vcpu::BlockStage2;
using trivet::vcpu::Exit;
using trivet::vcpu::ExitReason;
using trivet::vectors::CpuSlot;

constexpr std::uint16_t kVmid = 6;
constexpr std::uint64_t kArgument = 0xf00d;

void Ignore(CpuSlot&) {}

void Crash(CpuSlot& cpu) {
  print("cmake: exception at EL2, ELR_EL2 ");
  print_hex(cpu.crash.elr);
  print("\n");
  for (;;) __asm__ volatile("wfi");
}

struct Host {
  static trivet::vectors::Handlers HandlersFor(trivet::CpuId) {
    return {.irq = &Ignore, .fiq = &Ignore, .serror = &Ignore, .fatal = &Crash};
  }
};

constinit trivet::percpu::PerCpu<Host> this_cpu;
constinit BlockStage2 stage2;

/// What Trivet changes while it is enabled.
struct HostRegisters {
  std::uint64_t vbar = Cpu::Read<trivet::hal::VbarEl2>().raw();
  std::uint64_t hcr = Cpu::Read<trivet::hal::HcrEl2>().raw();
  std::uint64_t tpidr = Cpu::Read<trivet::hal::TpidrEl2>().raw();
  std::uint64_t vttbr = Cpu::Read<trivet::hal::VttbrEl2>().raw();
  std::uint64_t cntvoff = Cpu::Read<trivet::hal::CntvoffEl2>().raw();
  bool operator==(const HostRegisters&) const = default;
};

void MarkHost() {
  Cpu::Write<trivet::hal::VbarEl2>(trivet::hal::VbarEl2::FromRaw(0x4010'1000));
  Cpu::Write<trivet::hal::TpidrEl2>(trivet::hal::TpidrEl2::FromRaw(0xbead));
  Cpu::Write<trivet::hal::CntvoffEl2>(trivet::hal::CntvoffEl2::FromRaw(0x91));
  Cpu::Isb();
}

/// False, after a line that names the call: it failed.
bool Succeeded(Status status, const char* call) {
  if (status == Status::kOk) return true;
  print("cmake: ");
  print(call);
  print(": ");
  print(ToString(status));
  print("\n");
  return false;
}

/// Whether the next exit is HVC `number` with `x0`.
bool RunsTo(trivet::vcpu::Vcpu& vcpu, std::uint16_t number, std::uint64_t x0) {
  const Result<Exit> exit = vcpu.Run(this_cpu);
  if (!exit) return Succeeded(exit.error(), "Run");
  return exit->reason == ExitReason::kHypercall && exit->syndrome.immediate() == number &&
         vcpu.frame().x[0] == x0;
}

bool RunGuest() {
  const auto page = reinterpret_cast<std::uint64_t>(guest);
  const std::uint64_t block = page / BlockStage2::kBlockSize * BlockStage2::kBlockSize;
  if (!Succeeded(stage2.Map(block, block, trivet::vcpu::MemoryType::kNormal), "Map")) return false;
  trivet::vcpu::Vcpu vcpu(
      {.entry = page,
       .argument = kArgument,
       .vtcr = BlockStage2::vtcr(),
       .vttbr = BlockStage2::vttbr(reinterpret_cast<std::uint64_t>(&stage2), kVmid)});
  const bool ran = RunsTo(vcpu, 1, kArgument + 1) && RunsTo(vcpu, 2, 2 * kArgument + 1);
  return Succeeded(vcpu.Unload(this_cpu), "Unload") && ran;
}

bool Run() {
  if (!Succeeded(this_cpu.Create(Cpu::CurrentCpu()), "Create")) return false;
  if (!Succeeded(this_cpu.HardwareEnable(), "HardwareEnable")) return false;
  const bool ran = RunGuest();
  return Succeeded(this_cpu.HardwareDisable(), "HardwareDisable") && ran;
}

}  // namespace

int main() {
  MarkHost();
  const HostRegisters before;
  const bool ran = Run();
  const bool same = before == HostRegisters();
  if (!ran) print("cmake: the guest did not do what it should\n");
  if (!same) print("cmake: a register is not as it was\n");
  print(ran && same ? "cmake: PASS\n" : "cmake: FAIL\n");
  return 0;
}
