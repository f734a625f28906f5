// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platforms/acpi/tables.h"

namespace trivet::platforms {

/// The bytes of each file of a folder, by name, or of the one file; nothing: one cannot be read.
std::optional<std::vector<std::string>> ReadFiles(const std::filesystem::path& path);

/// The tables in these files, which have one or more each, as Linux's /sys/firmware/acpi/tables and
/// `acpidump -b` have them: no root pointer and no XSDT are needed. Views of the files.
std::expected<acpi::Tables, acpi::Refused> TablesIn(std::span<const std::string> files);

}  // namespace trivet::platforms
