// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "platforms/few_of.h"

namespace trivet::platforms {

/// The redistributors of a GICv3, one a CPU, in one or more regions of physical addresses. Inside a
/// region they follow each other.
struct Redistributors {
  struct Region {
    std::uintptr_t base;
    std::uint64_t size;  ///< In bytes.
  };

  // An RD frame, then an SGI frame, and with virtual LPIs (GICv4) two more; 64 KiB each.
  // [gic] IHI 0069, 12.10.
  static constexpr std::uint64_t kFrame = 0x1'0000;
  static constexpr std::uint64_t kFrames = 2 * kFrame;
  static constexpr std::uint64_t kFramesWithVirtualLpis = 4 * kFrame;
  static constexpr std::uint64_t kTyperVirtualLpis = 1u << 1;  // [gic] GICR_TYPER.VLPIS
  static constexpr std::uint64_t kTyperLast = 1u << 4;         // [gic] GICR_TYPER.Last

  FewOf<Region, 16> regions;
  /// From one redistributor of a region to the next; 0: the size of its frames.
  std::uint64_t stride = 0;
  /// The regions have no more than the redistributors of CPUs, of which several may be marked last.
  bool are_named_by_cpus = false;

  /// The RD frame of the CPU with this affinity (as in MPIDR_EL1). `read_typer` reads GICR_TYPER of
  /// the redistributor at an address, which is inside a region. Nothing if no redistributor is that
  /// CPU's.
  template <class ReadTyper>
  std::optional<std::uintptr_t> Find(std::uint64_t affinity, ReadTyper read_typer) const {
    // GICR_TYPER[63:32] is Aff3.Aff2.Aff1.Aff0, eight bits each.
    const std::uint64_t wanted = (affinity >> 32 & 0xff) << 24 | (affinity & 0xff'ffff);
    for (const Region& region : regions.all()) {
      std::uint64_t left = region.size;
      for (std::uintptr_t at = region.base; left >= kFrames;) {
        const std::uint64_t typer = read_typer(at);
        if (typer >> 32 == wanted) return at;
        const std::uint64_t step = stride != 0 ? stride : SizeOf(typer);
        if (((typer & kTyperLast) != 0 && !are_named_by_cpus) || step > left) break;
        at += step;
        left -= step;
      }
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint64_t SizeOf(std::uint64_t typer) {
    return (typer & kTyperVirtualLpis) != 0 ? kFramesWithVirtualLpis : kFrames;
  }
};

}  // namespace trivet::platforms
