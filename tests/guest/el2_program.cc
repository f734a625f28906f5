#include "tests/guest/life.h"

extern "C" const char trivet_test_guest[];

namespace trivet::tests {
namespace {

using vcpu::BlockStage2;

// A machine's memory may lie beyond.
constexpr std::uint64_t kMappable = 512 * BlockStage2::kBlockSize;

std::uint64_t BlockOf(std::uint64_t address) { return address & ~(BlockStage2::kBlockSize - 1); }

std::uint64_t RealPlace() { return reinterpret_cast<std::uint64_t>(&trivet_test_guest); }

}  // namespace

std::uint64_t PlaceGuest() { return RealPlace() % kMappable; }

Status MapGuest(BlockStage2& stage2) {
  return stage2.Map(BlockOf(PlaceGuest()), BlockOf(RealPlace()), vcpu::MemoryType::kNormal);
}

}  // namespace trivet::tests
