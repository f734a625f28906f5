// SPDX-License-Identifier: Apache-2.0 OR MIT
// What compilers call in any freestanding program, and Trivet too.
#include <stdint.h>
#include <string.h>

void* memcpy(void* to, const void* from, size_t size) {
  for (size_t i = 0; i < size; ++i) ((unsigned char*)to)[i] = ((const unsigned char*)from)[i];
  return to;
}

void* memset(void* to, int value, size_t size) {
  for (size_t i = 0; i < size; ++i) ((unsigned char*)to)[i] = (unsigned char)value;
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  if ((uintptr_t)to <= (uintptr_t)from) return memcpy(to, from, size);
  while (size-- != 0) ((unsigned char*)to)[size] = ((const unsigned char*)from)[size];
  return to;
}

int memcmp(const void* a, const void* b, size_t size) {
  const unsigned char *p = a, *q = b;
  for (; size != 0; --size, ++p, ++q) {
    if (*p != *q) return *p - *q;
  }
  return 0;
}
