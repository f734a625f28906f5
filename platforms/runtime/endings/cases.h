// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace trivet::platforms {

/// A description of the machine that the image is entered with, and what becomes of it.
struct Case {
  std::string_view line;    ///< Part of what is written before main(); empty: nothing is.
  unsigned cpus;            ///< How many are left.
  std::uint64_t (*make)();  ///< Makes it, and returns its address.
};

// Of ACPI's tables, broken_tables.cc:
/// Those of which the rest is used, for an image without its board's tree. After the last one the
/// other CPUs are where the parking protocol has left them, and PSCI cannot start them again.
std::span<const Case> UnusableTables();
/// Those that are refused, for an image with its board's tree.
std::span<const Case> RefusedTables();
/// Checks that the CPUs of the last of UnusableTables() run.
void CheckParkedCpus();
/// Checks what the image prints to UEFI's console when it returns there, and that it does.
void CheckRefusalsUnderUefi();

}  // namespace trivet::platforms
