// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>

#include "vcpu/access.h"
#include "vectors/guest_frame.h"

namespace trivet::vcpu {

/// Emulated registers at a range of intermediate physical addresses, which stage 2 leaves unmapped.
struct MmioRange {
  std::uint64_t base;
  std::uint64_t size;
  void* device;
  /// The access is inside the range, and `offset` is from its base.
  std::uint64_t (*read)(void* device, std::uint64_t offset, const Access& access);
  void (*write)(void* device, std::uint64_t offset, const Access& access, std::uint64_t value);

  /// The registers of an object that has Read({offset, bytes}) and Write({offset, bytes}, value),
  /// as vgic/distributor's have. It outlives the range.
  template <class Device>
  static constexpr MmioRange Of(std::uint64_t base, std::uint64_t size, Device& device) {
    return {
        .base = base,
        .size = size,
        .device = &device,
        .read = [](void* at, std::uint64_t offset, const Access& access) -> std::uint64_t {
          return static_cast<Device*>(at)->Read({static_cast<std::uint32_t>(offset), access.bytes});
        },
        .write =
            [](void* at, std::uint64_t offset, const Access& access, std::uint64_t value) {
              static_cast<Device*>(at)->Write({static_cast<std::uint32_t>(offset), access.bytes},
                                              value);
            }};
  }

  constexpr bool Has(const Access& access) const {
    const std::uint64_t offset = access.address - base;
    return offset < size && access.bytes <= size - offset;
  }
};

/// Lets the first of `ranges` that has the access answer it, and completes it in `frame`. False,
/// and nothing done: no range has it.
constexpr bool ServeMmio(std::span<const MmioRange> ranges, const Access& access,
                         vectors::GuestFrame& frame) {
  for (const MmioRange& range : ranges) {
    if (!range.Has(access)) continue;
    const std::uint64_t offset = access.address - range.base;
    if (access.is_write) {
      range.write(range.device, offset, access, StoredValue(access, frame));
      CompleteStore(frame);
    } else {
      CompleteLoad(access, range.read(range.device, offset, access), frame);
    }
    return true;
  }
  return false;
}

}  // namespace trivet::vcpu
