#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "platforms/runtime/interrupts.h"

extern "C" const char trivet_bench_guest[];

/// What benchmarks of guests and interrupts need of a machine: here the one that boots the image.
namespace trivet::bench {

/// Where the code of bench/el2/guest_code.S stands: bench/guest_code.h names its places.
inline std::uint64_t PlaceGuestCode() {
  return reinterpret_cast<std::uint64_t>(&trivet_bench_guest);
}
inline std::uint64_t PhysicalAddressOf(const void* address) {
  return reinterpret_cast<std::uint64_t>(address);
}
inline void ShowToTableWalks(void*, std::size_t) {}

/// Readies this CPU's interrupts: the first software-generated one below is enabled, the other not.
inline constexpr unsigned kEnabledSgi = 1, kDisabledSgi = 2;
inline void ReadyInterrupts() {
  platforms::InterruptsInitThisCpu();
  platforms::EnableInterrupt(kEnabledSgi);
}
inline void MakePending(unsigned sgi) { platforms::SendSelfInterrupt(sgi); }
/// Lets what is pending arrive: the shortest time that interrupts can be open.
[[gnu::always_inline]] inline void OpenForAMoment() {
  asm volatile(
      "msr DAIFClr, #2\n\t"
      "msr DAIFSet, #2" ::
          : "memory");
}

}  // namespace trivet::bench
