// SPDX-License-Identifier: Apache-2.0 OR MIT
// On a GICv2 made of memory: an SGI's target is the number of a CPU interface, not an affinity.

#include <atomic>
#include <cstdint>

#include "hal/cpu.h"
#include "platforms/devices/gic_v2.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/entry_checks.h"
#include "platforms/runtime/machine.h"

namespace {

using namespace trivet::platforms;  // NOLINT(google-build-using-namespace)
namespace hal = trivet::hal;

constexpr unsigned kItargetsr0 = 0x800 / 4, kSgir = 0xf00 / 4;  // words; [gic2] 4.1.2
constexpr unsigned kSgi = 1;
constexpr unsigned kMostSpins = 1'000'000'000;

alignas(4096) std::uint32_t frames[2][0x2000 / 4];

GicV2 Gic() {
  return {.distributor = reinterpret_cast<std::uintptr_t>(frames[0]),
          .cpu_interface = reinterpret_cast<std::uintptr_t>(frames[1])};
}

/// GICD_ITARGETSR0 is from now on as the CPU at this interface reads it.
void ShowInterface(unsigned number) { frames[0][kItargetsr0] = 0x0101'0101u << number; }

/// GICD_SGIR.CPUTargetList after an SGI to the CPU with this affinity.
std::uint32_t TargetsOf(std::uint64_t affinity) {
  Gic().SendSgi(affinity, kSgi);
  return frames[0][kSgir] >> 16 & 0xff;
}

std::atomic<bool> recorded;

void RecordOther(unsigned, void*) {
  Gic().InitThisCpu();
  recorded = true;
}

void TargetsAreInterfaces() {
  const std::uint64_t self = hal::Cpu::CurrentCpu().affinity;
  Check(TargetsOf(self) == 1, "with one CPU an SGI to itself goes to interface 0");
  const std::uint64_t other = ThisMachine().cpus.all()[1].affinity;
  ShowInterface(3);
  Check(TargetsOf(other) == 0, "an SGI to a CPU that recorded no interface goes nowhere");
  Check(StartCpu(1, RecordOther, nullptr) == trivet::Status::kOk, "another CPU starts");
  for (unsigned spins = 0; !recorded && spins < kMostSpins; ++spins) {
  }
  ShowInterface(5);
  Gic().InitThisCpu();
  Check(TargetsOf(self) == 1u << 5, "an SGI to the sender goes to its own interface");
  Check(TargetsOf(other) == 1u << 3, "an SGI goes to the interface that its CPU recorded");
  Check(TargetsOf(self + 0x100) == 0, "a CPU with the same Aff0 is another one");
}

}  // namespace

int main() {
  TargetsAreInterfaces();
  return CheckedStatus();
}
