// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/hosted/prepare.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" {
extern std::byte __image_start[];
extern std::byte __data_start[];
extern std::byte __data_file_end[];
extern std::byte __bss_start[];
extern std::byte __bss_end[];
extern std::byte __pristine_start[];
extern const std::uint64_t __relocations_start[];
extern const std::uint64_t __relocations_end[];
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();
}

namespace trivet::platforms::hosted {
namespace {

/// Relocated like every stored pointer: the link address (0) first, then the image's address.
/// volatile, so that the compiler does not fold it.
std::byte* volatile relocated_to = __image_start;

void Relocate(std::byte* pointer) {
  std::uint64_t value;
  std::memcpy(&value, pointer, sizeof(value));
  value += reinterpret_cast<std::uint64_t>(__image_start);
  std::memcpy(pointer, &value, sizeof(value));
}

/// [elf-relr] SHT_RELR: an even word is the offset of a pointer, an odd one a bitmap of the 63
/// words behind the last.
void RelocatePointers() {
  constexpr std::size_t kBitmapWords = 63;
  std::byte* next = nullptr;
  for (const std::uint64_t* word = __relocations_start; word != __relocations_end; ++word) {
    if ((*word & 1) == 0) {
      next = __image_start + *word;
      Relocate(next);
      next += sizeof(std::uint64_t);
      continue;
    }
    for (std::size_t bit = 0; bit < kBitmapWords; ++bit) {
      if ((*word >> (bit + 1) & 1) != 0) Relocate(next + bit * sizeof(std::uint64_t));
    }
    next += kBitmapWords * sizeof(std::uint64_t);
  }
}

std::size_t Distance(const std::byte* from, const std::byte* to) {
  return static_cast<std::size_t>(to - from);
}

}  // namespace

bool PrepareImage() {
  const std::size_t size = Distance(__data_start, __data_file_end);
  if (relocated_to == nullptr) {
    std::memcpy(__pristine_start, __data_start, size);
  } else if (relocated_to == __image_start) {
    std::memcpy(__data_start, __pristine_start, size);
  } else {
    return false;
  }
  RelocatePointers();
  std::memset(__bss_start, 0, Distance(__bss_start, __bss_end));
  return true;
}

void RunConstructors() {
  for (auto constructor = __init_array_start; constructor != __init_array_end; ++constructor) {
    (*constructor)();
  }
}

}  // namespace trivet::platforms::hosted
