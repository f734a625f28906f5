#pragma once

#include <cstdint>

#include "platforms/devices/gic_v2.h"
#include "platforms/devices/pl011.h"
#include "platforms/devices/semihosting.h"
#include "platforms/devices/spin_table.h"

/// Raspberry Pi 4 Model B (BCM2711) as its firmware starts it: "low peripheral" addresses,
/// [bcm2711] BCM2711 ARM Peripherals 1.2.4 and 6.5.1. The spin table is the firmware's ARM stub's.
namespace trivet::platforms::board {

inline constexpr Pl011 kConsole{.base = 0xfe20'1000};
inline constexpr GicV2 kInterruptController{.distributor = 0xff84'1000,
                                            .cpu_interface = 0xff84'2000};
inline constexpr SpinTable kCpuStart{.release_addresses = 0xd8};
inline constexpr Semihosting kPowerOff{};
inline constexpr Semihosting kArguments{};

/// MPIDR_EL1 affinities by CPU index.
inline constexpr std::uint64_t kCpus[] = {0x0, 0x1, 0x2, 0x3};

}  // namespace trivet::platforms::board
