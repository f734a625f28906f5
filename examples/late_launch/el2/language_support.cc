// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the compiler and the freestanding half of libstdc++ need. A failed assertion is an exception
// of EL2's own.

extern "C" {

[[noreturn]] void abort() { __builtin_trap(); }

[[noreturn]] void LateAssertFailed(const char*, int, const char*,
                                   const char*) asm("_ZSt21__glibcxx_assert_failPKciS0_S0_");
void LateAssertFailed(const char*, int, const char*, const char*) { abort(); }

}  // extern "C"
