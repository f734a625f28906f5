// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "machine.h"

#include <stddef.h>

static volatile uint32_t *const uart_data = (volatile uint32_t *)0x09000000;

void print(const char *text) {
  for (; *text != '\0'; ++text) *uart_data = (uint32_t)*text;
}

void print_hex(uint64_t value) {
  print("0x");
  for (int shift = 60; shift >= 0; shift -= 4) {
    *uart_data = (uint32_t)"0123456789abcdef"[value >> shift & 15];
  }
}

// What compilers call in any freestanding program, and Trivet too.

void *memcpy(void *to, const void *from, size_t size) {
  unsigned char *t = to;
  const unsigned char *f = from;
  while (size-- != 0) *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if (t < f) return memcpy(to, from, size);
  while (size-- != 0) t[size] = f[size];
  return to;
}

void *memset(void *to, int value, size_t size) {
  unsigned char *t = to;
  while (size-- != 0) *t++ = (unsigned char)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *p = a;
  const unsigned char *q = b;
  for (; size != 0; --size, ++p, ++q) {
    if (*p != *q) return *p - *q;
  }
  return 0;
}
