// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "platforms/devices/bcm2835_watchdog.h"
#include "platforms/devices/bcm2836_interrupts.h"
#include "platforms/devices/cadence_uart.h"
#include "platforms/devices/gic_v2.h"
#include "platforms/devices/gic_v3.h"
#include "platforms/devices/imx_uart.h"
#include "platforms/devices/pl011.h"
#include "platforms/devices/sbsa_watchdog.h"
#include "platforms/devices/uart_16550.h"
#include "platforms/few_of.h"

/// A machine's devices and CPUs, from its device tree or its ACPI tables, as plain data.
namespace trivet::platforms {

/// The machine has no known device of this kind.
using None = std::monostate;

/// A new device is one more header, its type here, and its line in known_devices.cc.
using Console = std::variant<None, Pl011, Uart16550, CadenceUart, ImxUart>;
/// The last of these that the machine has is used: the BCM2711 has a GIC and its ancestor's.
using InterruptController = std::variant<None, Bcm2836Interrupts, GicV2, GicV3>;
using Watchdog = std::variant<None, Bcm2835Watchdog, SbsaWatchdog>;

/// How a CPU is started.
enum class CpuStart : std::uint8_t {
  kUnknown,    ///< No known method is named.
  kPsci,       ///< PSCI CPU_ON.
  kSpinTable,  ///< Its word at Cpu::release_address. [devicetree] 3.8.1, "spin-table".
  kParked,     ///< Its mailbox, a page at Cpu::release_address, and an interrupt. [parking].
};

/// [arm-arm] MPIDR_EL1: Aff3 at 39:32, Aff2 to Aff0 at 23:0.
inline constexpr std::uint64_t kAffinityBits = 0xff'00ff'ffff;

struct Cpu {
  std::uint64_t affinity = 0;  ///< kAffinityBits of MPIDR_EL1.
  CpuStart start = CpuStart::kUnknown;
  std::uint32_t interface_number = 0;  ///< kParked: by which its mailbox and a GICv2 call it.
  std::uint64_t release_address = 0;   ///< kSpinTable: physical, 8 bytes, 8-byte aligned.
  const char* why_unknown =
      nullptr;  ///< kUnknown: what is wrong, with the property's or field's name.
};

/// Of physical memory, in bytes.
struct MemoryRange {
  std::uint64_t base;
  std::uint64_t size;
};

/// CPUs and ranges beyond these are not used; how many there are is FewOf::left_out().
/// Each CPU has 20 KiB of stack in every image, uninitialized. A Description is too large for the
/// stack of a CPU but the boot CPU's.
inline constexpr unsigned kMaxCpus = 512;
inline constexpr unsigned kMaxMemoryRanges = 64;

/// A node or table that describes something of use, but not so that it can be used.
struct UnusableNode {
  std::string_view name;      ///< In the tree's memory; of a table its signature.
  const char* why = nullptr;  ///< What is wrong, with the property's name; null: nothing is.
  std::optional<std::uint32_t> uid = {};  ///< Of the CPU in a table: its ACPI Processor UID.
};

/// Addresses from here on are out of reach of EL2's tables (platforms/translation).
inline constexpr std::uint64_t kAddressEnd = std::uint64_t{1} << 48;

struct Description {
  Console console;                    ///< The one that /chosen's stdout-path or SPCR names.
  UnusableNode not_console{};         ///< Why there is none.
  Console any_console;                ///< The first known UART that is enabled,
  std::string_view any_console_node;  ///< and its node.
  InterruptController interrupt_controller;
  Watchdog watchdog;
  FewOf<Cpu, kMaxCpus> cpus;
  FewOf<MemoryRange, kMaxMemoryRanges> memory;
  FewOf<UnusableNode, 8> unusable;
  bool is_of_tables = false;     ///< ACPI's tables, and not a tree, have the CPUs.
  bool has_psci = false;         ///< The firmware implements PSCI by SMC.
  bool has_semihosting = false;  ///< A debugger or emulator handles it; found by a trial.
};

}  // namespace trivet::platforms
