// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/instructions/instruction.h"

namespace trivet::sim {

/// Guest RAM, guest code and page tables by physical address. Pages appear when a test maps or
/// writes them; an access to an address where nothing is throws Violation.
class PhysicalMemory {
 public:
  static constexpr std::uint64_t kPageSize = 4096;

  /// Backs [base, base + size) with zeroed RAM. Both are multiples of kPageSize.
  void Map(std::uint64_t base, std::uint64_t size);
  /// Backs the range with RAM that is made, zeroed, page by page as it is touched.
  void MapLazily(std::uint64_t base, std::uint64_t size);
  /// Backs the range with host memory: what a page-table builder on the host wrote is what the
  /// walker reads. The memory must outlive this object.
  void MapHost(std::uint64_t base, void* host, std::uint64_t size);

  /// size is 1, 2, 4 or 8 bytes; the access stays within one page. Little-endian.
  std::uint64_t Read(std::uint64_t address, unsigned size) const;
  void Write(std::uint64_t address, std::uint64_t value, unsigned size);
  bool IsMapped(std::uint64_t address) const { return Locate(address) != nullptr; }

  /// Page tables that a hypervisor under test builds in its own memory: an address where nothing is
  /// mapped is a host address, and no physical address size applies to it. On by default; off, such
  /// addresses are ordinary ones.
  void set_tables_in_host_memory(bool on) { tables_in_host_memory_ = on; }
  /// True when `address` is where a table stands in host memory.
  bool IsHostTable(std::uint64_t address) const {
    return tables_in_host_memory_ && !IsMapped(address);
  }
  /// One 8-byte descriptor; throws Violation when neither memory nor the host has the address.
  std::uint64_t ReadDescriptor(std::uint64_t address) const;
  void WriteDescriptor(std::uint64_t address, std::uint64_t value);

  /// Puts instructions at address, one every 4 bytes.
  void Place(std::uint64_t address, const GuestProgram& program);
  /// Null when no instruction was placed there.
  const Instruction* InstructionAt(std::uint64_t address) const;

 private:
  unsigned char* Locate(std::uint64_t address) const;

  bool tables_in_host_memory_ = true;
  std::uint64_t lazy_base_ = 0, lazy_size_ = 0;
  // Lazy pages come to be on reads, too.
  mutable std::unordered_map<std::uint64_t, unsigned char*> pages_;
  mutable std::vector<std::unique_ptr<unsigned char[]>> owned_;
  std::unordered_map<std::uint64_t, Instruction> code_;
};

}  // namespace trivet::sim
