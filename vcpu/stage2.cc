// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/stage2.h"

#include <iterator>

#include "percpu/stage2_guard.h"

namespace trivet::vcpu {
namespace {

/// Blocks of 1 GiB are entries of level 1.
constexpr unsigned kLevel = 1;
static_assert(descriptor::SizeAt(kLevel) == BlockStage2::kBlockSize);
constexpr std::uint64_t kPhysicalLimit = std::uint64_t{1} << 48;

}  // namespace

Status BlockStage2::Map(std::uint64_t ipa, std::uint64_t pa, MemoryType type) {
  const std::uint64_t index = ipa / kBlockSize;
  if (ipa % kBlockSize != 0 || pa % kBlockSize != 0) return Status::kInvalidArgument;
  if (index >= std::size(blocks_) || pa >= kPhysicalLimit) return Status::kInvalidArgument;
  blocks_[index] = descriptor::LeafAt(descriptor::Leaf({.type = type}), kLevel, pa);
  return Status::kOk;
}

hal::VtcrEl2 BlockStage2::vtcr() { return percpu::OneLevelStage2(); }

hal::VttbrEl2 BlockStage2::vttbr(std::uint64_t table_pa, std::uint16_t vmid) {
  return hal::VttbrEl2::FromRaw((std::uint64_t{vmid} << 48) | table_pa);
}

}  // namespace trivet::vcpu
