// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string_view>

#include "platforms/acpi/layout.h"

/// Reader of ACPI's static tables, which describe a machine whose firmware has no device tree. Each
/// table is checked as a whole before anything is read of it; what is returned are views: no copy,
/// no allocation, no AML. All reads are of single bytes, so the tables may lie in Device memory.
/// No pointer that the linker stored is followed: an image may read them before it is relocated.
namespace trivet::platforms::acpi {

/// A table, or a structure in one.
class Bytes {
 public:
  constexpr Bytes() = default;
  constexpr Bytes(const std::uint8_t* begin, std::uint32_t size) : begin_(begin), size_(size) {}

  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// The field's value; 0 where it is beyond the end: the version of the table does not have it.
  template <class Number>
  Number operator[](Field<Number> field) const {
    if (field.offset > size_ || sizeof(Number) > size_ - field.offset) return 0;
    Number number = 0;
    for (std::uint32_t i = sizeof(Number); i-- > 0;)
      number = static_cast<Number>(number << 7 << 1 | At(field.offset + i));
    return number;
  }
  /// What follows `offset`, which may be beyond the end, and the first of it.
  Bytes From(std::uint32_t offset) const {
    return offset < size_ ? Bytes(begin_ + offset, size_ - offset) : Bytes();
  }
  Bytes First(std::uint32_t size) const { return {begin_, size < size_ ? size : size_}; }
  /// [acpi] 5.2.6: of all bytes together it is 0.
  std::uint8_t Sum() const;

 private:
  // Volatile, so that reads are not joined.
  std::uint8_t At(std::uint32_t i) const {
    return static_cast<const volatile std::uint8_t*>(begin_)[i];
  }

  const std::uint8_t* begin_ = nullptr;
  std::uint32_t size_ = 0;
};

/// The structures that follow each other in a table, each with its length in field `length`.
template <class Number>
class Structures {
 public:
  Structures(Bytes list, Field<Number> length) : rest_(list), length_(length) {}
  /// The next one; empty at the end, and where a length is wrong.
  Bytes Next() {
    const Number size = rest_[length_];
    const bool is_whole = size > length_.offset && size <= rest_.size();
    const Bytes next = is_whole ? rest_.First(size) : Bytes();
    if (is_whole) rest_ = rest_.From(size);
    return next;
  }
  /// Whether Next() returned all of the list.
  bool at_end() const { return rest_.empty(); }

 private:
  Bytes rest_;
  Field<Number> length_;
};

/// Why a table is refused.
enum class [[nodiscard]] Error : std::uint8_t {
  kUnreadable,        ///< Its address is not one of memory.
  kRevision,          ///< Of the root: ACPI 1.0's, with no XSDT.
  kSignature,         ///< Another table is there.
  kLength,            ///< Shorter than its header, more than kMaxBytes, or beyond its memory.
  kChecksum,          ///< Its bytes do not add up to 0.
  kExtendedChecksum,  ///< The same of the whole root.
  kEntry,             ///< Of the XSDT: an entry is no address of memory.
  kStructure,         ///< A structure in it has a length that cannot be.
  kMissing,           ///< The machine has none.
};

/// The error in words, with the field's name, for messages.
std::string_view ToString(Error error);

/// Longer tables are refused: one of 512 CPUs has 42 KiB.
inline constexpr std::uint32_t kMaxBytes = std::uint32_t{1} << 20;

struct Refused;

/// The tables that are read, each checked; empty: the machine has none.
struct Tables {
  Bytes madt;  ///< CPUs and their interrupt controller. Without it, it is no description.
  Bytes fadt;  ///< Whether firmware is called by PSCI, and how.
  Bytes gtdt;  ///< Timers and watchdogs.
  Bytes spcr;  ///< The console.

  /// Checks the table that `memory` begins with, and takes it if it is one of these and none was
  /// taken before. Others are not looked at.
  std::expected<void, Refused> Add(Bytes memory);
};

/// The first table that is refused.
struct Refused {
  std::uint32_t table = 0;  ///< Its signature.
  Error error{};
  Tables rest{};  ///< Those that are right.

  std::array<char, 4> name() const {
    return {static_cast<char>(table), static_cast<char>(table >> 8), static_cast<char>(table >> 16),
            static_cast<char>(table >> 24)};
  }
};

/// Physical memory, wherever the reader runs.
struct Memory {
  /// `size` bytes at `address`, which can be read and are up to date; null: they cannot.
  const std::uint8_t* (*map)(const void* context, std::uint64_t address, std::uint32_t size);
  const void* context = nullptr;

  const std::uint8_t* At(std::uint64_t address, std::uint32_t size) const {
    return map(context, address, size);
  }
};

/// Whether ACPI's root pointer is at `root`.
bool IsRoot(std::uint64_t root, const Memory& memory);

/// `tables`, of which `first` says which was the first to be refused, if one was; without a MADT
/// they are no description.
std::expected<Tables, Refused> Complete(const Tables& tables, std::expected<void, Refused> first);

/// All tables of the machine with the root pointer at `root`.
std::expected<Tables, Refused> FindTables(std::uint64_t root, const Memory& memory);

}  // namespace trivet::platforms::acpi
