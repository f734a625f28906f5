// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "percpu/per_cpu.h"
#include "platforms/hosted/host.h"
#include "vectors/chain_table.h"

namespace trivet::tests {

/// The resident firmware as Trivet's pass-through host: its handlers stay in its vector table.
struct ResidentHost {
  static vectors::ChainPlace ChainPlaceFor(CpuId cpu);
  static constexpr bool kUsesFp = true;  // edk2 does, in interrupt handlers too.
};

/// The page for ResidentHost's chain table, near the firmware's vectors and executable. One at a
/// time, for the CPU that calls; it stays until it is destroyed.
class ChainTablePage {
 public:
  ChainTablePage();
  ~ChainTablePage();
  ChainTablePage(const ChainTablePage&) = delete;
  ChainTablePage& operator=(const ChainTablePage&) = delete;

  /// False: the firmware has no memory near enough, or refuses to make it executable.
  bool is_usable() const { return usable_; }
  /// The value for VBAR_EL2.
  std::uint64_t base() const { return reinterpret_cast<std::uint64_t>(page_.data()); }

 private:
  platforms::hosted::CodePage page_;
  bool usable_ = false;
};

}  // namespace trivet::tests
