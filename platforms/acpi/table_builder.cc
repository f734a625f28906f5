// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/acpi/table_builder.h"

#include "platforms/acpi/tables.h"

namespace trivet::platforms::acpi {
namespace {

constexpr std::uint32_t kChecksum = 9, kRootChecksum = 8, kRootExtendedChecksum = 32;

/// Writes the byte `checksum` of `size` bytes, so that they add up to 0.
void Sum(std::uint8_t* bytes, std::uint32_t size, std::uint32_t checksum) {
  bytes[checksum] = 0;
  bytes[checksum] = static_cast<std::uint8_t>(0 - Bytes(bytes, size).Sum());
}

void SumRoot(std::uint8_t* root) {
  Sum(root, kOldRootBytes, kRootChecksum);
  Sum(root, kRootBytes, kRootExtendedChecksum);
}

}  // namespace

TableBuilder& TableBuilder::Begin(std::uint32_t signature) {
  place_ = table_ = tables_[count_++] = size_;
  Put(table_ + kHeaderBytes - 1, 0, 1);
  return Set(kSignature, signature);
}

TableBuilder& TableBuilder::End() {
  place_ = table_;
  Set(kLength, size_ - table_);
  Sum(memory_.data() + table_, size_ - table_, kChecksum);
  return *this;
}

TableBuilder& TableBuilder::Structure(std::uint8_t type, std::uint8_t size, Byte length) {
  place_ = size_;
  Put(place_ + size - 1u, 0, 1);
  return Set(kType, type).Set(length, size);
}

TableBuilder& TableBuilder::Structure(std::uint8_t type, std::uint16_t size, Half length) {
  place_ = size_;
  Put(place_ + size - 1u, 0, 1);
  return Set(kType, type).Set(length, size);
}

std::uint64_t TableBuilder::Root() {
  const unsigned count = count_;
  Begin(kXsdt);
  for (unsigned i = 0; i < count; ++i) Set(Long{kHeaderBytes + 8 * i}, AddressOf(tables_[i]));
  End();
  const std::uint64_t xsdt = AddressOf(table_);
  place_ = size_ = (size_ + 15) / 16 * 16;
  Put(place_ + kRootBytes - 1, 0, 1);
  Set(kRootSignature, kRootMagic).Set(kRootRevision, 2).Set(kRootLength, kRootBytes);
  Set(kRootXsdt, xsdt);
  SumRoot(memory_.data() + place_);
  return AddressOf(place_);
}

void TableBuilder::Put(std::uint32_t at, std::uint64_t value, unsigned bytes) {
  if (at + bytes > memory_.size()) __builtin_trap();
  for (; size_ < at + bytes; ++size_) memory_[size_] = 0;
  for (unsigned i = 0; i < bytes; ++i) memory_[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

std::uint64_t TableBuilder::AddressOf(std::uint32_t at) const {
  return reinterpret_cast<std::uintptr_t>(memory_.data() + at);
}

std::uint8_t* TableAt(std::uint64_t root, std::uint32_t signature) {
  const Bytes pointer(reinterpret_cast<const std::uint8_t*>(root), kRootBytes);
  const Bytes header(reinterpret_cast<const std::uint8_t*>(pointer[kRootXsdt]), kHeaderBytes);
  const Bytes xsdt(reinterpret_cast<const std::uint8_t*>(pointer[kRootXsdt]), header[kLength]);
  for (std::uint32_t at = kHeaderBytes; at < xsdt.size(); at += sizeof(std::uint64_t)) {
    auto* const table = reinterpret_cast<std::uint8_t*>(xsdt[Long{at}]);
    if (Bytes(table, kHeaderBytes)[kSignature] == signature) return table;
  }
  return nullptr;
}

void Sum(std::uint8_t* table, std::uint32_t size) { Sum(table, size, kChecksum); }

void MoveXsdt(std::uint64_t root, std::uint64_t address) {
  auto* const bytes = reinterpret_cast<std::uint8_t*>(root);
  for (unsigned i = 0; i < 8; ++i)
    bytes[kRootXsdt.offset + i] = static_cast<std::uint8_t>(address >> 8 * i);
  SumRoot(bytes);
}

void AddConsole(TableBuilder& builder, std::uint8_t type, std::uint64_t base) {
  builder.Begin(kSpcr).Set(kSpcrType, type).Set(kSpcrBitWidth, 32).Set(kSpcrAccess, 3);
  builder.Set(kSpcrBase, base).End();
}

void AddFadt(TableBuilder& builder, const Machine& machine) {
  builder.Begin(kFadt).Set(kArmBootFlags, machine.psci).End();
}

void AddTimers(TableBuilder& builder, unsigned watchdogs) {
  builder.Begin(kGtdt).Set(kGtdtEl1Timer, 30).Set(kGtdtVirtualTimer, 27).Set(kGtdtEl2Timer, 26);
  builder.Set(kGtdtCount, watchdogs).Set(kGtdtOffset, 104).Set(Word{100}, 0);
  for (unsigned i = 0; i < watchdogs; ++i) {
    builder.Structure(kWatchdog, std::uint16_t{28}, kLongLength);
    builder.Set(kWatchdogControl, 0x0a00'0000 + 0x1'0000 * i);
  }
  builder.End();
}

void AddCpus(TableBuilder& builder, const Machine& machine, bool closed) {
  constexpr std::uint64_t kRedistributors = 0x080a'0000, kEach = 0x2'0000;
  const bool is_v3 = machine.gic_version >= 3;
  builder.Begin(kMadt).Set(kMadtLocalAddress, 0).Set(Word{40}, 0);
  builder.Structure(kGicd, 24).Set(kGicdBase, 0x0800'0000).Set(kGicdVersion, machine.gic_version);
  for (unsigned cpu = 0; cpu < machine.cpus; ++cpu) {
    builder.Structure(kGicc, 80).Set(kGiccNumber, cpu).Set(kGiccUid, cpu);
    builder.Set(kGiccFlags, kGiccEnabled).Set(kGiccMpidr, cpu / 16 << 8 | cpu % 16);
    if (!is_v3)
      builder.Set(kGiccBase, 0x0801'0000).Set(kGiccGich, 0x0803'0000).Set(kGiccGicv, 0x0804'0000);
    if (machine.gicr_of_cpus) builder.Set(kGiccGicr, kRedistributors + kEach * cpu);
  }
  if (is_v3 && !machine.gicr_of_cpus)
    builder.Structure(kGicr, 16).Set(kGicrBase, kRedistributors).Set(kGicrLength, 0xf6'0000);
  if (closed) builder.End();
}

std::uint64_t BuildMachine(TableBuilder& builder, const Machine& machine) {
  AddFadt(builder, machine);
  AddCpus(builder, machine);
  AddTimers(builder);
  AddConsole(builder);
  return builder.Root();
}

}  // namespace trivet::platforms::acpi
