// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/machine/dump.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace trivet::platforms {
namespace {

using acpi::Bytes;

/// The tables of one file. The last one may be cut off.
std::expected<void, acpi::Refused> AddAll(Bytes rest, acpi::Tables& tables) {
  std::expected<void, acpi::Refused> first;
  while (!rest.empty() && rest[acpi::kRootSignature] != acpi::kRootMagic) {
    const std::uint32_t length = rest[acpi::kLength];
    auto added = tables.Add(rest);
    if (length < acpi::kHeaderBytes || length > rest.size())
      added = std::unexpected(acpi::Refused{rest[acpi::kSignature], acpi::Error::kLength});
    if (!added && first) first = added;
    rest = length < acpi::kHeaderBytes ? Bytes() : rest.From(length);
  }
  return first;
}

}  // namespace

std::optional<std::vector<std::string>> ReadFiles(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (entry.is_regular_file(error)) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
  } else {
    paths.push_back(path);
  }
  std::vector<std::string> files;
  for (const auto& each : paths) {
    std::ifstream file(each, std::ios::binary);
    if (!file) return std::nullopt;
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

std::expected<acpi::Tables, acpi::Refused> TablesIn(std::span<const std::string> files) {
  acpi::Tables tables;
  std::expected<void, acpi::Refused> first;
  for (const std::string& file : files) {
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(file.data()),
                      static_cast<std::uint32_t>(file.size()));
    const auto added = AddAll(bytes, tables);
    if (!added && first) first = added;
  }
  return acpi::Complete(tables, first);
}

}  // namespace trivet::platforms
