#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>

#include "sim/instruction.h"

namespace trivet::sim {

/// Guest RAM, guest code and page tables by physical address. Pages appear when a test maps or
/// writes them; an access to an address where nothing is throws Violation.
class PhysicalMemory {
 public:
  static constexpr std::uint64_t kPageSize = 4096;

  /// Backs [base, base + size) with zeroed RAM. Both are multiples of kPageSize.
  void Map(std::uint64_t base, std::uint64_t size);
  /// Backs the range with host memory: what a page-table builder on the host wrote is what the
  /// walker reads. The memory must outlive this object.
  void MapHost(std::uint64_t base, void* host, std::uint64_t size);

  /// size is 1, 2, 4 or 8 bytes; the access stays within one page. Little-endian.
  std::uint64_t Read(std::uint64_t address, unsigned size) const;
  void Write(std::uint64_t address, std::uint64_t value, unsigned size);
  bool IsMapped(std::uint64_t address) const { return Locate(address) != nullptr; }

  /// Puts instructions at address, one every 4 bytes.
  void Place(std::uint64_t address, const GuestProgram& program);
  /// Null when no instruction was placed there.
  const Instruction* InstructionAt(std::uint64_t address) const;

 private:
  unsigned char* Locate(std::uint64_t address) const;

  std::unordered_map<std::uint64_t, unsigned char*> pages_;
  std::vector<std::unique_ptr<unsigned char[]>> owned_;
  std::unordered_map<std::uint64_t, Instruction> code_;
};

}  // namespace trivet::sim
