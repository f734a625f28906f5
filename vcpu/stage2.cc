#include "vcpu/stage2.h"

#include <iterator>

#include "percpu/stage2_guard.h"

namespace trivet::vcpu {
namespace {

// [arm-arm] "VMSAv8-64 Block descriptor and Page descriptor", stage 2.
constexpr std::uint64_t kBlock = 0b01;
constexpr std::uint64_t kReadWrite = std::uint64_t{0b11} << 6;       // S2AP
constexpr std::uint64_t kInnerShareable = std::uint64_t{0b11} << 8;  // SH
constexpr std::uint64_t kAccessed = std::uint64_t{1} << 10;          // AF
constexpr std::uint64_t kNormalWriteBack = std::uint64_t{0b1111} << 2;
constexpr std::uint64_t kDeviceNGnRE = std::uint64_t{0b0001} << 2;
constexpr std::uint64_t kPhysicalLimit = std::uint64_t{1} << 48;

}  // namespace

Status BlockStage2::Map(std::uint64_t ipa, std::uint64_t pa, MemoryType type) {
  const std::uint64_t index = ipa / kBlockSize;
  if (ipa % kBlockSize != 0 || pa % kBlockSize != 0) return Status::kInvalidArgument;
  if (index >= std::size(blocks_) || pa >= kPhysicalLimit) return Status::kInvalidArgument;
  const std::uint64_t memory = type == MemoryType::kNormal ? kNormalWriteBack : kDeviceNGnRE;
  blocks_[index] = pa | memory | kReadWrite | kInnerShareable | kAccessed | kBlock;
  return Status::kOk;
}

hal::VtcrEl2 BlockStage2::vtcr() { return percpu::OneLevelStage2(); }

hal::VttbrEl2 BlockStage2::vttbr(std::uint64_t table_pa, std::uint16_t vmid) {
  return hal::VttbrEl2::FromRaw((std::uint64_t{vmid} << 48) | table_pa);
}

}  // namespace trivet::vcpu
