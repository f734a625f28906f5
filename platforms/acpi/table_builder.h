// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "platforms/acpi/layout.h"

namespace trivet::platforms::acpi {

/// Writes tables for tests into `memory`, wrong ones too: nothing is checked but room for them.
/// Addresses in the tables are those of `memory`. No heap: images use it too.
class TableBuilder {
 public:
  explicit TableBuilder(std::span<std::uint8_t> memory) : memory_(memory) {}

  /// A table, open until End(), which writes its length and checksum.
  TableBuilder& Begin(std::uint32_t signature);
  TableBuilder& End();
  /// A structure of `size` bytes at the end of the open table, of zeros but for type and length.
  TableBuilder& Structure(std::uint8_t type, std::uint8_t size, Byte length = kShortLength);
  TableBuilder& Structure(std::uint8_t type, std::uint16_t size, Half length);
  /// A field of the last structure, or of the table before the first, which grows to have it.
  template <class Number>
  TableBuilder& Set(Field<Number> field, std::type_identity_t<Number> value) {
    Put(place_ + field.offset, value, sizeof(Number));
    return *this;
  }

  /// The XSDT of all tables and the root pointer. Returns that one's address.
  std::uint64_t Root();
  /// How many bytes of the memory are used.
  std::uint32_t size() const { return size_; }

 private:
  void Put(std::uint32_t at, std::uint64_t value, unsigned bytes);
  std::uint64_t AddressOf(std::uint32_t at) const;

  std::span<std::uint8_t> memory_;
  std::uint32_t size_ = 0;
  std::uint32_t table_ = 0;  // where the open table begins
  std::uint32_t place_ = 0;  // where Set() counts from
  std::uint32_t tables_[16] = {};
  unsigned count_ = 0;
};

/// A machine as the tests want it; by itself it is QEMU's virt with GICv3, as its firmware has it.
struct Machine {
  unsigned cpus = 4;
  std::uint16_t psci = kPsciCompliant;
  std::uint8_t gic_version = 3;
  bool gicr_of_cpus = false;  ///< Each CPU names its redistributor: no GICR.
};

/// The first table with this signature that the root names, to be changed; null: there is none.
std::uint8_t* TableAt(std::uint64_t root, std::uint32_t signature);
/// Makes the checksum of a table of `size` bytes right.
void Sum(std::uint8_t* table, std::uint32_t size);
/// Another address of the XSDT, with checksums that are right.
void MoveXsdt(std::uint64_t root, std::uint64_t address);

/// SPCR, FADT, GTDT, MADT. One that is not `closed` takes more structures.
void AddConsole(TableBuilder& builder, std::uint8_t type = kSpcrPl011,
                std::uint64_t base = 0x0900'0000);
void AddFadt(TableBuilder& builder, const Machine& machine);
void AddTimers(TableBuilder& builder, unsigned watchdogs = 0);
void AddCpus(TableBuilder& builder, const Machine& machine, bool closed = true);
/// All four. Returns the root's address.
std::uint64_t BuildMachine(TableBuilder& builder, const Machine& machine = {});

}  // namespace trivet::platforms::acpi
