// SPDX-License-Identifier: Apache-2.0 OR MIT
// look OFFSET: reads a word of EL2's memory there, in hexadecimal, and ends with 0; SIGBUS ends it where that is hidden.

// [linux] include/uapi/asm-generic/unistd.h
enum { kOpenat = 56, kExit = 93, kMmap = 222 };
enum { kHere = -100, kReadable = 1, kShared = 1, kBytes = 0x200000 };

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

__attribute__((used)) static void run(long* stack) {
  const long file = call(kOpenat, kHere, (long)"/dev/trivet", 0, 0, 0, 0);
  const long memory = call(kMmap, 0, kBytes, kReadable, kShared, file, 0);
  long offset = 0;
  for (const char* digit = (const char*)stack[2]; *digit != 0; ++digit) {
    offset = offset * 16 + (*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
  }
  if (memory < 0) call(kExit, 1, 0, 0, 0, 0, 0);
  (void)*(volatile unsigned*)(memory + offset);
  call(kExit, 0, 0, 0, 0, 0, 0);
}

__asm__(".global _start\n_start: mov x0, sp\n bl run\n");
