// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hal/cpu.h"
#include "platforms/machine/description.h"
#include "platforms/runtime/mapped_ram.h"
#include "platforms/runtime/registers.inc"
#include "platforms/runtime/stacks.h"
#include "platforms/translation/tables.h"

using trivet::platforms::translation::Table;

extern "C" {
// image.ld
extern const char __image_start[], __text_start[], __rodata_start[], __data_start[];
extern const char __written_code_start[], __written_code_end[], __written_code_alias_end[];
extern const char __stack_guard[], __stack_start[];
extern const char __image_end[];
extern Table __tables_start[], __tables_end[];
// early_vectors.S
extern const char trivet_uncached_start[], trivet_uncached_end[];
}

namespace trivet::platforms {
namespace {

using translation::Access;
using translation::Pages;

constexpr std::size_t kMostPages = kMaxCpus + 16;

// translation.S sets what the descriptors of //platforms/translation need.
static_assert(hal::TcrEl2::FromRaw(TCR_WALKS).t0sz() == 64 - translation::kAddressBits);
static_assert((MAIR_DEVICE_AND_NORMAL >> 8 * translation::kDeviceAttribute & 0xff) == 0);
static_assert((MAIR_DEVICE_AND_NORMAL >> 8 * translation::kNormalAttribute & 0xff) == 0xff);

/// The image's pages, in order; the later of two wins.
class PageList {
 public:
  void Add(const void* start, const void* end, Access access, std::uint64_t offset = 0) {
    if (count_ == pages_.size()) __builtin_trap();
    pages_[count_++] = {.start = reinterpret_cast<std::uintptr_t>(start),
                        .end = reinterpret_cast<std::uintptr_t>(end),
                        .access = access,
                        .offset = offset};
  }
  std::span<const Pages> span() const { return std::span(pages_).first(count_); }

 private:
  std::array<Pages, kMostPages> pages_;
  std::size_t count_ = 0;
};

void AddImage(PageList& list) {
  list.Add(__image_start, __text_start, Access::kRead);
  list.Add(__text_start, __rodata_start, Access::kReadExecute);
  list.Add(__rodata_start, __data_start, Access::kRead);
  list.Add(__data_start, __tables_start, Access::kReadWrite);
  list.Add(__tables_start, __tables_end, Access::kRead);
  list.Add(__tables_end, __image_end, Access::kReadWrite);
}

void AddHoles(PageList& list) {
  list.Add(trivet_uncached_start, trivet_uncached_end, Access::kNone);
  list.Add(__stack_guard, __stack_start, Access::kNone);
  for (const GuardedStack& stack : SecondaryStacks()) {
    list.Add(stack.guard, stack.space, Access::kNone);
  }
}

}  // namespace

}  // namespace trivet::platforms

/// Fills the tables of trivet_translation_on. By the one CPU that runs, MMU and caches off, at EL2.
extern "C" void trivet_build_tables() {
  using namespace trivet::platforms;
  PageList pages;
  AddImage(pages);
  AddHoles(pages);
  const std::uint64_t distance =
      static_cast<std::uint64_t>(__written_code_start - __written_code_end);
  pages.Add(__written_code_end, __written_code_alias_end, Access::kReadExecute, distance);
  const std::span<Table> memory(__tables_start, __tables_end);
  if (!translation::Build(memory, PhysicalBits(), pages.span(), MappedRam())) __builtin_trap();
}
