// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "second.h"

#include <atomic>
#include <cstddef>
#include <cstring>
#include <span>

#include "cpu.h"
#include "hal/registers.h"
#include "memory.h"
#include "platforms/runtime/smc.h"
#include "vcpu/psci/functions.h"
#include "vcpu/stage2/guest_memory.h"

extern "C" const char second_guest[], second_guest_end[], second_entry[];
/// What second_entry begins with: TTBR0_EL2, TCR_EL2, MAIR_EL2 and SCTLR_EL2 of a CPU of the
/// kernel.
extern "C" std::uint64_t second_translation[];
alignas(64) std::uint64_t second_translation[8];

namespace late {
namespace {

using trivet::Status;

/// The guest's memory, of which the first words are real_time.S's.
constexpr std::size_t kBytes = 0x10000;
struct SecondMemory {
  std::uint64_t first_instructions, redistributor, period;
  volatile std::uint64_t beats;
};
alignas(4096) unsigned char ram[kBytes];
SecondMemory& Memory() { return reinterpret_cast<SecondMemory&>(ram); }

constexpr std::uint16_t kVmid = 2;
constexpr std::uint64_t kFrames = 0x20000, kLine = 64;
vcpu::GuestMemory memory;
bool made = false;
std::atomic<bool> mapped = false;
std::uint64_t frames = 0;

std::uint64_t Address(const void* of) { return reinterpret_cast<std::uint64_t>(of); }

/// The guest's accesses go around the caches: its MMU is off. So do second_entry's. [arm-arm] DC
/// CIVAC.
void Clean(const void* from, std::size_t bytes) {
  for (std::uint64_t at = Address(from); at < Address(from) + bytes; at += kLine) {
    asm volatile("dc civac, %0" ::"r"(at) : "memory");
  }
  asm volatile("dsb sy\n ic ialluis\n dsb sy\n isb" ::: "memory");
}

Status Map(std::uint64_t redistributor) {
  if (!made) {
    if (const Status s = CreateMemory(memory, kVmid); s != Status::kOk) return s;
    made = true;
  }
  Status status = memory.Map(Address(ram), Address(ram), kBytes, {});
  if (status != Status::kOk) return status;
  mapped = true;
  frames = redistributor;
  return memory.Map(frames, frames, kFrames, {.type = vcpu::MemoryType::kDevice});
}

}  // namespace

std::int64_t StartSecond(const SecondPlace& place) {
  namespace psci = vcpu::psci;
  if (mapped || Map(place.redistributor) != Status::kOk) {
    return static_cast<std::int64_t>(psci::Result::kInternalFailure);
  }
  std::memset(ram, 0, sizeof(ram));
  std::memcpy(ram, second_guest, static_cast<std::size_t>(second_guest_end - second_guest));
  Memory().redistributor = frames;
  Memory().period = place.period;
  second_translation[0] = hal::Cpu::Read<hal::Ttbr0El2>().raw();
  second_translation[1] = hal::Cpu::Read<hal::TcrEl2>().raw();
  second_translation[2] = hal::Cpu::Read<hal::MairEl2>().raw();
  second_translation[3] = hal::Cpu::Read<hal::SctlrEl2>().raw();
  Clean(second_translation, sizeof(second_translation));
  Clean(ram, sizeof(ram));
  std::uint64_t x[18] = {static_cast<std::uint64_t>(psci::Function::kCpuOn) | vcpu::smccc::kSmc64,
                         place.mpidr, Address(second_entry), place.cpu};
  trivet::platforms::CallBySmc(x);
  return static_cast<std::int32_t>(x[0]);
}

Status StopSecond(trivet::percpu::PerCpuState& by) {
  if (!mapped) return Status::kNotEnabled;
  if (const Status s = memory.Unmap(by, Address(ram), kBytes); s != Status::kOk) return s;
  mapped = false;
  return memory.Unmap(by, frames, kFrames);
}

std::uint64_t BeatsOfSecond() {
  asm volatile("dc civac, %0\n dsb sy" ::"r"(&ram[0]) : "memory");
  return Memory().beats;
}

trivet::vectors::GuestFrame FrameOfSecond() {
  trivet::vectors::GuestFrame frame = {};
  frame.pc = Address(ram);
  frame.pstate = 0x3c5;  // EL1h, D, A, I and F masked. [arm-arm] SPSR_EL2.
  return frame;
}

/// [arm-arm] ISR_EL1: at EL2, what is pending physically, masked or not.
bool WaitOfSecond() {
  while (hal::Cpu::Read<hal::IsrEl1>().raw() == 0) {
    if (!mapped) return false;
    Clock::Pause();
  }
  return true;
}

void UseMemoryOfSecond() { UseMemory(memory); }

}  // namespace late
