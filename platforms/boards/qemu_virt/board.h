#pragma once

#include <cstdint>

#include "platforms/devices/gic_v3.h"
#include "platforms/devices/pl011.h"
#include "platforms/devices/psci_smc.h"
#include "platforms/devices/semihosting.h"

/// QEMU's `virt` machine with GICv3 and the Virtualization Extensions (hw/arm/virt.c: base_memmap).
namespace trivet::platforms::board {

inline constexpr Pl011 kConsole{.base = 0x0900'0000};
inline constexpr GicV3 kInterruptController{.distributor = 0x0800'0000,
                                            .redistributor = 0x080a'0000};
inline constexpr PsciSmc kCpuStart{};
inline constexpr Semihosting kPowerOff{};
inline constexpr Semihosting kArguments{};

/// MPIDR_EL1 affinities by CPU index; as many as qemu.args starts.
inline constexpr std::uint64_t kCpus[] = {0x0, 0x1, 0x2, 0x3};

}  // namespace trivet::platforms::board
