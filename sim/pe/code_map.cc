// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/code_map.h"

#include <format>
#include <mutex>

#include "sim/pe/violation.h"

namespace trivet::sim {

CodeMap& CodeMap::Instance() {
  static CodeMap map;
  return map;
}

void CodeMap::Map(std::uint64_t base, std::uint64_t size, HostCode code) {
  const std::scoped_lock lock(mutex_);
  const auto next = ranges_.lower_bound(base);
  const bool hits_next = next != ranges_.end() && next->first - base < size;
  const bool hits_previous =
      next != ranges_.begin() && base - std::prev(next)->first < std::prev(next)->second.size;
  if (size == 0 || code == nullptr || hits_next || hits_previous) {
    throw Violation(
        std::format("code map: {:#x}+{:#x} is empty or overlaps mapped code", base, size));
  }
  ranges_.emplace(base, Range{size, code});
}

void CodeMap::Unmap(std::uint64_t base) {
  const std::scoped_lock lock(mutex_);
  if (ranges_.erase(base) == 0) {
    throw Violation(std::format("code map: no range starts at {:#x}", base));
  }
}

CodeMap::Place CodeMap::Find(std::uint64_t address) const {
  const std::shared_lock lock(mutex_);
  auto range = ranges_.upper_bound(address);
  if (range == ranges_.begin()) return {};
  --range;
  const std::uint64_t offset = address - range->first;
  if (offset >= range->second.size) return {};
  return {range->second.code, offset};
}

}  // namespace trivet::sim
