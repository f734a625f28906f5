// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platforms/acpi/tables.h"
#include "platforms/fdt/tree.h"
#include "platforms/fdt/walk.h"
#include "platforms/machine/description.h"

namespace trivet::platforms {

/// Adds the known devices and CPUs of the tree to an empty Description.
///
/// The console is the device at ConsolePlace(); where that is of no use, the first known UART is in
/// reserve, for UseAnyConsole(). The interrupt controller is the
/// first of the kind that InterruptController prefers, the watchdog the first one known. Disabled
/// nodes do not count, but for CPUs: by [devicetree] 3.8.1 their "enable-method" starts them.
void Describe(const fdt::Tree& tree, Description& description);

/// The same of ACPI's tables, which describe a machine alone but for its memory: that is in UEFI's
/// memory map. The console is SPCR's, the watchdog the first non-secure one of GTDT. CPUs that are
/// disabled do not count.
void Describe(const acpi::Tables& tables, Description& description);

/// The same for callers with room on their stack.
Description Describe(const auto& source) {
  Description description;
  Describe(source, description);
  return description;
}

/// The node that /chosen's "stdout-path" names, or "linux,stdout-path" where that is missing.
std::optional<fdt::Place> ConsolePlace(const fdt::Tree& tree);

/// Where the machine has no console that its tree names, any known UART becomes it: better a line
/// on a UART of which the tree does not say that it is the console than none.
void UseAnyConsole(Description& machine);

/// Whether the trees describe two machines: both have CPUs, and their roots no "compatible" in
/// common.
bool AreOfTwoMachines(const fdt::Tree& first, const fdt::Tree& second);

/// /chosen's "bootargs", in the tree's memory. Empty without.
std::string_view BootArguments(const fdt::Tree& tree);

/// Where `first` has no console, interrupt controller, watchdog, CPUs or memory, it gets those of
/// `second`. PSCI is taken from the tree that the CPUs are taken from. A tree without CPUs does not
/// describe a machine, for example kexec's from a Linux that was started with ACPI.
void FillIn(Description& first, const Description& second);

/// Makes the boot CPU, which has this affinity, the first of the list. A list without it is another
/// machine's: then the boot CPU is the only one. One that left CPUs out may have left it out: then
/// it takes the last one's place.
void PutBootCpuFirst(FewOf<Cpu, kMaxCpus>& cpus, std::uint64_t boot_affinity);

}  // namespace trivet::platforms
