// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/memory/physical_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <format>

#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

/// Reads this process's memory without faulting where there is none.
bool ReadHost(std::uint64_t address, std::uint64_t& value) {
  static const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  return ::pread(memory, &value, sizeof(value), static_cast<off_t>(address)) == sizeof(value);
}

}  // namespace

void PhysicalMemory::Map(std::uint64_t base, std::uint64_t size) {
  owned_.push_back(std::make_unique<unsigned char[]>(size));
  MapHost(base, owned_.back().get(), size);
}

void PhysicalMemory::MapLazily(std::uint64_t base, std::uint64_t size) {
  lazy_base_ = base;
  lazy_size_ = size;
}

void PhysicalMemory::MapHost(std::uint64_t base, void* host, std::uint64_t size) {
  if (base % kPageSize != 0 || size % kPageSize != 0 || size == 0) {
    throw Violation(std::format("memory: {:#x}+{:#x} is not a whole number of pages", base, size));
  }
  for (std::uint64_t offset = 0; offset < size; offset += kPageSize) {
    pages_[(base + offset) / kPageSize] = static_cast<unsigned char*>(host) + offset;
  }
}

unsigned char* PhysicalMemory::Locate(std::uint64_t address) const {
  const auto page = pages_.find(address / kPageSize);
  if (page != pages_.end()) return page->second + address % kPageSize;
  if (address - lazy_base_ >= lazy_size_) return nullptr;
  owned_.push_back(std::make_unique<unsigned char[]>(kPageSize));
  pages_[address / kPageSize] = owned_.back().get();
  return owned_.back().get() + address % kPageSize;
}

std::uint64_t PhysicalMemory::Read(std::uint64_t address, unsigned size) const {
  const unsigned char* at = Locate(address);
  if (at == nullptr || address % kPageSize + size > kPageSize) {
    throw Violation(std::format("memory: nothing is mapped at physical address {:#x}", address));
  }
  std::uint64_t value = 0;
  std::memcpy(&value, at, size);
  return value;
}

void PhysicalMemory::Write(std::uint64_t address, std::uint64_t value, unsigned size) {
  unsigned char* at = Locate(address);
  if (at == nullptr || address % kPageSize + size > kPageSize) {
    throw Violation(std::format("memory: nothing is mapped at physical address {:#x}", address));
  }
  std::memcpy(at, &value, size);
}

std::uint64_t PhysicalMemory::ReadDescriptor(std::uint64_t address) const {
  if (!IsHostTable(address)) return Read(address, 8);
  std::uint64_t value;
  if (!ReadHost(address, value)) {
    throw Violation(std::format(
        "memory: a translation table stands at {:#x}, where nothing is mapped", address));
  }
  return value;
}

void PhysicalMemory::WriteDescriptor(std::uint64_t address, std::uint64_t value) {
  if (!IsHostTable(address)) return Write(address, value, 8);
  std::memcpy(reinterpret_cast<void*>(address), &value, sizeof(value));
}

void PhysicalMemory::Place(std::uint64_t address, const GuestProgram& program) {
  for (const Instruction& instruction : program) {
    code_[address] = instruction;
    address += 4;
  }
}

const Instruction* PhysicalMemory::InstructionAt(std::uint64_t address) const {
  const auto found = code_.find(address);
  return found == code_.end() ? nullptr : &found->second;
}

}  // namespace trivet::sim
