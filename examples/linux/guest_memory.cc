#include "guest_memory.h"

#include <algorithm>

#include "platforms/runtime/machine.h"

namespace hv {
namespace {

namespace vcpu = trivet::vcpu;

constexpr unsigned kIpaBits = 40;
constexpr std::uint16_t kVmid = 1;
constexpr std::uint64_t kPage = 4096;

constinit vcpu::TablePoolMemory<64> pool_memory;
[[clang::no_destroy]] vcpu::TablePool pool(pool_memory.tables, pool_memory.used,
                                           reinterpret_cast<std::uint64_t>(pool_memory.tables));
constinit vcpu::GuestMemory memory;

bool IsIn(auto regions, std::uint64_t address) {
  return std::ranges::any_of(
      regions, [=](const auto& region) { return address - region.base < region.size; });
}

bool Map(std::uint64_t ipa, std::uint64_t pa, std::uint64_t size, vcpu::MemoryType type) {
  return memory.Map(ipa, pa, size, {.type = type}) == trivet::Status::kOk;
}

}  // namespace

bool MapGuest(std::span<const Region> holes) {
  const auto ram = trivet::platforms::ThisMachine().memory.all();
  // Where one kind ends and another begins, each once.
  std::uint64_t cuts[80] = {0, std::uint64_t{1} << kIpaBits};
  std::size_t count = 2;
  const auto cut = [&](const auto& region) {
    if (count + 2 > std::size(cuts)) return;
    cuts[count++] = region.base;
    cuts[count++] = region.base + region.size;
  };
  std::ranges::for_each(holes, cut);
  std::ranges::for_each(ram, cut);
  std::ranges::sort(std::span(cuts).first(count));
  if (memory.Create(pool, kIpaBits, kVmid) != trivet::Status::kOk) return false;
  for (std::size_t i = 1; i < count; ++i) {
    const std::uint64_t begin = cuts[i - 1], size = cuts[i] - begin;
    if (size == 0 || IsIn(holes, begin)) continue;
    const bool is_ram = IsIn(ram, begin);
    const auto type = is_ram ? vcpu::MemoryType::kNormal : vcpu::MemoryType::kDevice;
    if (!Map(begin, begin, size, type)) return false;
  }
  return true;
}

bool MapDevicePage(std::uint64_t ipa, std::uint64_t pa) {
  return Map(ipa, pa, kPage, vcpu::MemoryType::kDevice);
}

const vcpu::GuestMemory& GuestMemory() { return memory; }

}  // namespace hv
