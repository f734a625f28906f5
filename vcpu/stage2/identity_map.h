// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hal/status.h"
#include "vcpu/stage2/guest_memory.h"

namespace trivet::vcpu {

/// Maps every address below `end` as itself: what is in `ram` as memory, what is in `holes` not at
/// all, and the rest as device registers. Both are ranges of physical addresses with `base` and
/// `size`, multiples of 4096, in any order; 64 together. Errors: kInvalidArgument (more of them),
/// Map()'s, after which a part may be mapped.
template <class Ram, class Holes>
Status MapIdentity(GuestMemory& memory, std::uint64_t end, const Ram& ram, const Holes& holes) {
  const auto is_in = [](const auto& ranges, std::uint64_t address) {
    return std::ranges::any_of(
        ranges, [=](const auto& range) { return address - range.base < range.size; });
  };
  // Where one kind begins or ends.
  std::uint64_t cuts[2 * 64 + 2] = {0, end};
  std::size_t count = 2;
  if (std::size(ram) + std::size(holes) > 64) return Status::kInvalidArgument;
  const auto cut = [&](const auto& range) {
    cuts[count++] = std::min(end, std::uint64_t{range.base});
    cuts[count++] = std::min(end, std::uint64_t{range.base + range.size});
  };
  std::ranges::for_each(ram, cut);
  std::ranges::for_each(holes, cut);
  std::ranges::sort(std::span(cuts).first(count));
  for (std::size_t i = 1; i < count; ++i) {
    const std::uint64_t begin = cuts[i - 1], size = cuts[i] - begin;
    if (size == 0 || is_in(holes, begin)) continue;
    const auto type = is_in(ram, begin) ? MemoryType::kNormal : MemoryType::kDevice;
    const Status status = memory.Map(begin, begin, size, {.type = type});
    if (status != Status::kOk) return status;
  }
  return Status::kOk;
}

}  // namespace trivet::vcpu
