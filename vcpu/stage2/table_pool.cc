// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/stage2/table_pool.h"

namespace trivet::vcpu {

bool TablePool::AreFree(std::size_t first, std::size_t count) const {
  for (std::size_t i = first; i < first + count; ++i) {
    if ((used_[i / 64] >> i % 64 & 1) != 0) return false;
  }
  return true;
}

void TablePool::Mark(std::size_t first, std::size_t count, bool used) {
  for (std::size_t i = first; i < first + count; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i % 64;
    used_[i / 64] = used ? used_[i / 64] | bit : used_[i / 64] & ~bit;
  }
}

Table* TablePool::Take(std::size_t count) {
  const std::uint64_t misaligned = pa_ / sizeof(Table) % count;
  for (std::size_t i = misaligned == 0 ? 0 : count - misaligned; i + count <= tables_.size();
       i += count) {
    if (!AreFree(i, count)) continue;
    Mark(i, count, true);
    available_ -= count;
    for (std::size_t t = i; t < i + count; ++t) {
      // One descriptor at a time: EL2 code of Trivet's has no calls of memset.
      for (volatile std::uint64_t& entry : tables_[t].entries) entry = 0;
    }
    return &tables_[i];
  }
  return nullptr;
}

void TablePool::Give(Table* tables, std::size_t count) {
  Mark(static_cast<std::size_t>(tables - tables_.data()), count, false);
  available_ += count;
}

}  // namespace trivet::vcpu
