// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a program is made of that has no C library: the RAM disk has none.
#ifndef TRIVET_GUEST_PROGRAM_H
#define TRIVET_GUEST_PROGRAM_H

typedef unsigned long u64;
typedef unsigned int u32;

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

/// A number in hexadecimal, in lower case.
static u64 number_in(const char* digits) {
  u64 number = 0;
  for (; *digits != 0; ++digits)
    number = number * 16 + (u64)(*digits <= '9' ? *digits - '0' : *digits - 'a' + 10);
  return number;
}

/// The program, from [linux] its stack: the count of its arguments, its name, the arguments. Does
/// not return.
void run(long* stack);
__asm__(".global _start\n_start: mov x0, sp\n bl run\n");

#endif
