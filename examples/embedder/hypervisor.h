// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "hal/status.h"
#include "host.h"
#include "percpu/per_cpu.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace embedder {

/// One CPU's hypervisor: Trivet turns EL2 on and off, this class decides what guests may do. For
/// static storage: it holds pages. Calls come from that CPU at EL2, interrupts masked.
class Hypervisor {
 public:
  static constexpr std::uint16_t kPrint = 1;  ///< HVC #1: the character in x0 goes to printed().
  static constexpr std::uint16_t kStop = 2;   ///< HVC #2: the guest is done; x0 is its result.

  /// Takes EL2 of the CPU that calls. The errors are HardwareEnable()'s: nothing changed.
  trivet::Status Start();
  /// Puts EL2 back as Start() found it.
  trivet::Status Stop();

  /// Once after Start(): runs a guest at `entry` under an identity map of its gigabyte, until it
  /// stops or does what this hypervisor does not serve (kInvalidArgument).
  trivet::Result<std::uint64_t> RunGuest(Machine& machine, std::uint64_t entry);

  std::string_view printed() const { return {printed_, printed_size_}; }

 private:
  enum class Next : std::uint8_t { kRun, kStopped, kRefused };
  Next Serve(const trivet::vcpu::Exit& exit);
  Next ServeHypercall(std::uint16_t number, std::uint64_t argument);

  trivet::percpu::PerCpu<Host> cpu_;
  trivet::vcpu::BlockStage2 stage2_;
  // Stays loaded on the CPU after its last run, until another guest runs or Stop().
  std::optional<trivet::vcpu::Vcpu> guest_;
  char printed_[64] = {};
  std::size_t printed_size_ = 0;
};

}  // namespace embedder
