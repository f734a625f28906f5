// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/acpi/tables.h"

namespace trivet::platforms::acpi {
namespace {

std::unexpected<Refused> Refuse(std::uint32_t table, Error error) {
  return std::unexpected(Refused{.table = table, .error = error});
}

/// The table at `address` as long as it says it is, not checked.
std::expected<Bytes, Error> Map(std::uint64_t address, const Memory& memory) {
  const std::uint8_t* const header = memory.At(address, kHeaderBytes);
  if (header == nullptr) return std::unexpected(Error::kUnreadable);
  const std::uint32_t length = Bytes(header, kHeaderBytes)[kLength];
  if (length < kHeaderBytes || length > kMaxBytes) return std::unexpected(Error::kLength);
  const std::uint8_t* const whole = memory.At(address, length);
  if (whole == nullptr) return std::unexpected(Error::kLength);
  return Bytes(whole, length);
}

/// [acpi] 5.2.5.3. Returns the address of the XSDT.
std::expected<std::uint64_t, Error> ReadRoot(std::uint64_t root, const Memory& memory) {
  const std::uint8_t* const old = memory.At(root, kOldRootBytes);
  if (old == nullptr) return std::unexpected(Error::kUnreadable);
  const Bytes first(old, kOldRootBytes);
  if (first[kRootSignature] != kRootMagic) return std::unexpected(Error::kSignature);
  if (first.Sum() != 0) return std::unexpected(Error::kChecksum);
  if (first[kRootRevision] < 2) return std::unexpected(Error::kRevision);
  const std::uint8_t* const begin = memory.At(root, kRootBytes);
  if (begin == nullptr) return std::unexpected(Error::kLength);
  const std::uint32_t length = Bytes(begin, kRootBytes)[kRootLength];
  if (length < kRootBytes || length > kMostRootBytes || memory.At(root, length) == nullptr)
    return std::unexpected(Error::kLength);
  const Bytes whole(begin, length);
  if (whole.Sum() != 0) return std::unexpected(Error::kExtendedChecksum);
  return whole[kRootXsdt];
}

bool IsWhole(Bytes list, auto length) {
  Structures structures(list, length);
  while (!structures.Next().empty()) {
  }
  return structures.at_end();
}

/// [acpi] 5.2.25: tables of ACPI 5.0 end before the count.
bool GtdtIsWhole(Bytes gtdt) {
  Structures structures(gtdt.From(gtdt[kGtdtOffset]), kLongLength);
  for (std::uint32_t i = 0; i < gtdt[kGtdtCount]; ++i) {
    if (structures.Next().empty()) return false;
  }
  return true;
}

bool StructuresAreWhole(Bytes table) {
  switch (table[kSignature]) {
    case kMadt: return IsWhole(table.From(kMadtStructures), kShortLength);
    case kGtdt: return GtdtIsWhole(table);
    default: return true;
  }
}

Bytes* Find(Tables& tables, std::uint32_t signature) {
  switch (signature) {
    case kMadt: return &tables.madt;
    case kFadt: return &tables.fadt;
    case kGtdt: return &tables.gtdt;
    case kSpcr: return &tables.spcr;
    default: return nullptr;
  }
}

/// The table of an entry of the XSDT, if it is one that is read.
std::expected<void, Refused> AddEntry(std::uint64_t address, const Memory& memory, Tables& tables) {
  const std::uint8_t* const header = memory.At(address, kHeaderBytes);
  if (header == nullptr) return Refuse(kXsdt, Error::kEntry);
  const std::uint32_t signature = Bytes(header, kHeaderBytes)[kSignature];
  if (Find(tables, signature) == nullptr) return {};
  const auto table = Map(address, memory);
  if (!table) return Refuse(signature, table.error());
  return tables.Add(*table);
}

}  // namespace

std::uint8_t Bytes::Sum() const {
  std::uint8_t sum = 0;
  for (std::uint32_t i = 0; i < size_; ++i) sum = static_cast<std::uint8_t>(sum + At(i));
  return sum;
}

std::string_view ToString(Error error) {
  // Texts in place: a table of pointers would have to be relocated.
  static constexpr char kTexts[][48] = {
      "its address cannot be read",
      "its Revision is below 2",
      "its Signature is another",
      "its Length is out of bounds",
      "its Checksum is wrong",
      "its Extended Checksum is wrong",
      "an Entry of it is an address without memory",
      "the Length of a structure in it is wrong",
      "the machine has none",
  };
  const char* const text = kTexts[static_cast<unsigned>(error)];
  return {text, std::char_traits<char>::length(text)};
}

std::expected<void, Refused> Tables::Add(Bytes memory) {
  const std::uint32_t signature = memory[kSignature], length = memory[kLength];
  Bytes* const place = Find(*this, signature);
  if (place == nullptr || !place->empty()) return {};
  const Bytes table = memory.First(length);
  if (length < kHeaderBytes || length > kMaxBytes || table.size() < length)
    return Refuse(signature, Error::kLength);
  if (table.Sum() != 0) return Refuse(signature, Error::kChecksum);
  if (!StructuresAreWhole(table)) return Refuse(signature, Error::kStructure);
  *place = table;
  return {};
}

std::expected<Tables, Refused> Complete(const Tables& tables, std::expected<void, Refused> first) {
  if (first && tables.madt.empty()) first = Refuse(kMadt, Error::kMissing);
  if (first) return tables;
  first.error().rest = tables;
  return std::unexpected(first.error());
}

bool IsRoot(std::uint64_t root, const Memory& memory) {
  const std::uint8_t* const begin = memory.At(root, sizeof(kRootMagic));
  return begin != nullptr && Bytes(begin, sizeof(kRootMagic))[kRootSignature] == kRootMagic;
}

std::expected<Tables, Refused> FindTables(std::uint64_t root, const Memory& memory) {
  const auto address = ReadRoot(root, memory);
  if (!address) return Refuse(kRoot, address.error());
  const auto xsdt = Map(*address, memory);
  if (!xsdt) return Refuse(kXsdt, xsdt.error());
  if ((*xsdt)[kSignature] != kXsdt) return Refuse(kXsdt, Error::kSignature);
  if (xsdt->Sum() != 0) return Refuse(kXsdt, Error::kChecksum);
  Tables tables;
  std::expected<void, Refused> first;
  for (std::uint32_t at = kHeaderBytes; xsdt->size() - at >= sizeof(std::uint64_t);
       at += sizeof(std::uint64_t)) {
    const auto added = AddEntry((*xsdt)[Long{at}], memory, tables);
    if (!added && first) first = added;
  }
  return Complete(tables, first);
}

}  // namespace trivet::platforms::acpi
