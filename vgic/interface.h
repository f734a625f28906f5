// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>

#include "hal/list_registers.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "vgic/interrupt.h"

namespace trivet::vgic {

/// What a virtual CPU interface has. [gic] ICH_VTR_EL2.
struct Implementation {
  unsigned list_registers = 0;    ///< 1 to 16.
  unsigned active_registers = 0;  ///< Active priority registers of each group: 1, 2 or 4.
  std::uint8_t priorities = 0;    ///< The bits of a priority that it has.
  std::uint32_t last_lpi = 0;     ///< 0: no LPIs.
  /// The bits of ICH_HCR_EL2 that trap a guest's deactivations; none where nothing does.
  hal::IchHcrEl2 traps_deactivation;
};

/// The list registers of one CPU, or values for them.
using ListRegisters = std::array<ListRegister, hal::kMostListRegisters>;
using ListRegisterSpan = std::span<ListRegister, hal::kMostListRegisters>;
using ConstListRegisterSpan = std::span<const ListRegister, hal::kMostListRegisters>;

/// The other registers of the interface that are a guest's.
struct Controls {
  hal::IchHcrEl2 hcr = hal::IchHcrEl2().en(true);
  hal::IchVmcrEl2 vmcr;
  std::uint64_t active[4][2] = {};  ///< ICH_AP0Rn_EL2 and ICH_AP1Rn_EL2, by n.
};

/// The virtual interface of the CPU that calls, in the layouts of GICv3's registers. Calls are made
/// at EL2, interrupts masked; numbers are below those of Query(). The guest sees a change after the
/// next exception return.
template <class I>
concept VirtualInterface =
    requires(const I i, unsigned n, ConstListRegisterSpan values, ListRegisterSpan saved,
             const Controls& controls, Controls& saved_controls, const Implementation& has) {
      /// Whether percpu knows the registers: a capability of guests.
      { I::kBySystemRegisters } -> std::convertible_to<bool>;
      /// kUnsupportedFeature: there is none, or it cannot be used.
      { i.Query() } -> std::same_as<Result<Implementation>>;
      { i.ReadListRegister(n) } -> std::same_as<ListRegister>;
      { i.WriteListRegister(n, ListRegister()) } -> std::same_as<void>;
      /// The first n of them.
      { i.SaveListRegisters(saved, n) } -> std::same_as<void>;
      { i.RestoreListRegisters(values, n) } -> std::same_as<void>;
      /// ICH_ELRSR_EL2: bit n is set where list register n can be given an interrupt.
      { i.EmptyListRegisters() } -> std::same_as<unsigned>;
      /// Whether there is something for the maintenance interrupt to report.
      { i.HasMaintenance() } -> std::same_as<bool>;
      { i.ReadHcr() } -> std::same_as<hal::IchHcrEl2>;
      { i.WriteHcr(hal::IchHcrEl2()) } -> std::same_as<void>;
      { i.ReadVmcr() } -> std::same_as<hal::IchVmcrEl2>;
      { i.SaveControls(saved_controls, has) } -> std::same_as<void>;
      { i.RestoreControls(controls, has) } -> std::same_as<void>;
      /// Deactivates a physical SPI, or PPI of this CPU, whose priority was dropped.
      { i.Deactivate(std::uint32_t()) } -> std::same_as<void>;
    };

}  // namespace trivet::vgic
