// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstddef>
#include <cstdint>

// The C memory and string functions that the compiler calls implicitly and <cstring> declares.
// Eight bytes a step where both sides are aligned: with the MMU off an unaligned access faults.
namespace {

using Byte = unsigned char;
using Word [[gnu::may_alias]] = std::uint64_t;

bool BothAligned(const void* a, const void* b) {
  return ((reinterpret_cast<std::uintptr_t>(a) | reinterpret_cast<std::uintptr_t>(b)) & 7) == 0;
}

void CopyUp(Byte* to, const Byte* from, std::size_t size) {
  if (BothAligned(to, from)) {
    for (; size >= 8; size -= 8, to += 8, from += 8) {
      *reinterpret_cast<Word*>(to) = *reinterpret_cast<const Word*>(from);
    }
  }
  while (size-- != 0) *to++ = *from++;
}

void CopyDown(Byte* to, const Byte* from, std::size_t size) {
  while (size-- != 0) to[size] = from[size];
}

}  // namespace

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) {
  CopyUp(static_cast<Byte*>(to), static_cast<const Byte*>(from), size);
  return to;
}

void* memmove(void* to, const void* from, std::size_t size) {
  auto* target = static_cast<Byte*>(to);
  auto* source = static_cast<const Byte*>(from);
  if (target <= source) {
    CopyUp(target, source, size);
  } else {
    CopyDown(target, source, size);
  }
  return to;
}

void* memset(void* to, int value, std::size_t size) {
  auto* target = static_cast<Byte*>(to);
  const Byte byte = static_cast<Byte>(value);
  if (BothAligned(target, nullptr)) {
    const Word word = byte * 0x0101'0101'0101'0101;
    for (; size >= 8; size -= 8, target += 8) *reinterpret_cast<Word*>(target) = word;
  }
  while (size-- != 0) *target++ = byte;
  return to;
}

int memcmp(const void* a, const void* b, std::size_t size) {
  auto* left = static_cast<const Byte*>(a);
  auto* right = static_cast<const Byte*>(b);
  for (; size != 0; --size, ++left, ++right) {
    if (*left != *right) return *left - *right;
  }
  return 0;
}

void* memchr(const void* text, int value, std::size_t size) {
  for (auto* p = static_cast<const Byte*>(text); size != 0; --size, ++p) {
    if (*p == static_cast<Byte>(value)) return const_cast<Byte*>(p);
  }
  return nullptr;
}

std::size_t strlen(const char* text) {
  std::size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

int strncmp(const char* a, const char* b, std::size_t size) {
  for (; size != 0; --size, ++a, ++b) {
    if (*a != *b) return static_cast<Byte>(*a) - static_cast<Byte>(*b);
    if (*a == '\0') return 0;
  }
  return 0;
}

int strcmp(const char* a, const char* b) { return strncmp(a, b, SIZE_MAX); }

}  // extern "C"
