// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "platforms/acpi/tables.h"
#include "platforms/machine/description.h"

namespace trivet::platforms {

/// ACPI's tables, if their root pointer is at `argument`, which may be any value; nothing: it is
/// not. Memory is read under guard, a word of each page, and cleaned first, so that the tables may
/// be read with caches off. At EL2 or EL1, interrupts masked or not; before the image is relocated
/// too.
std::optional<std::expected<acpi::Tables, acpi::Refused>> FindLoaderTables(std::uint64_t argument);

/// What UEFI's memory map has of RAM, when boot services have ended, from the lowest address up;
/// empty without UEFI. Kept when the image is started again.
extern FewOf<MemoryRange, kMaxMemoryRanges> loader_memory;

}  // namespace trivet::platforms
