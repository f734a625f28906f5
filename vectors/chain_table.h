// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/status.h"
#include "vectors/table_layout.h"

/// The vector table for pass-through hosts: an exception of EL2 itself branches to the host's own
/// table, with every register as at entry; one from EL1 or EL0 branches to Trivet's. Only a branch
/// with its target in the instruction changes no register, so this table is code made at run time:
/// docs/decisions/0009-chained-hosts.md.
namespace trivet::vectors {

inline constexpr std::size_t kChainTableSize = kTableSize;

/// The host's memory for one chain table: kChainTableSize bytes that stay in place while Trivet may
/// be enabled with them. For one CPU only: it is written without a lock.
struct ChainPlace {
  /// Where Trivet reads the table, and writes it if it differs.
  std::uint32_t* words = nullptr;
  /// Where EL2 executes these bytes: the value for VBAR_EL2, kChainTableSize-aligned, within 128
  /// MiB of the host's table. The same as `words` unless the host maps code and data apart.
  std::uint64_t executable = 0;
};

/// Any exception level. kHandlerMissing: there is no memory. kInvalidArgument: `executable` is not
/// 2048-byte aligned, or `words` not 4-byte aligned.
Status CheckChainPlace(const ChainPlace& place);

/// Any exception level. kInvalidArgument: `host_base` is not a value of VBAR_EL2. kOutOfReach: a
/// branch from `place` does not reach the table at `host_base`: 128 MiB back, 4 bytes less forward.
/// [arm-arm] B.
Status CheckChainReach(const ChainPlace& place, std::uint64_t host_base);

/// Makes the chain table for the host's table at `host_base` visible to instruction fetch. Does
/// nothing when that table is there already: a host that write-protects code before it runs calls
/// this first and then makes the memory read-only. After both checks; at EL2, any mask state, while
/// no VBAR_EL2 points at `place`.
void MakeChainTable(const ChainPlace& place, std::uint64_t host_base);

}  // namespace trivet::vectors
