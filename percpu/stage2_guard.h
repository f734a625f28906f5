// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/registers.h"

namespace trivet::percpu {

/// A stage 2 table that maps nothing, one level, 4096-byte aligned. VTTBR_EL2 points here between
/// enable and the first guest, so that a speculative walk of the EL1&0 regime finds a fault and
/// never an UNKNOWN table.
extern const std::uint64_t kEmptyStage2[512];

/// Bits of this CPU's physical addresses, 48 at most: above that the size needs other descriptor
/// formats. Stage 2 inputs may not be wider. [sail] AArch64_S2MinTxSZ.
unsigned PhysicalAddressBits();

/// VTCR_EL2 for tables of the 4 KiB granule, inner shareable and write-back, that start at `level`:
/// for inputs of PhysicalAddressBits(), `most_bits` at most. [arm-arm] VTCR_EL2.
hal::VtcrEl2 Stage2Shape(hal::StartLevel level, unsigned most_bits);

/// VTCR_EL2 for a single level-1 table with the 4 KiB granule, as wide as this CPU's physical
/// addresses allow (39 bits at most): T0SZ below 64 - PAMax may fault. [sail] AArch64_S2MinTxSZ;
/// [arm-arm] VTCR_EL2.
hal::VtcrEl2 OneLevelStage2();

}  // namespace trivet::percpu
