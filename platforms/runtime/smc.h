// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>

namespace trivet::platforms {

/// SMC #0 with x0 to x17, which are its results afterwards. At EL2, where firmware serves it.
inline void CallBySmc(std::span<std::uint64_t, 18> x) {
  // [smccc] 2.6: x18 to x30 and SP_EL2 are preserved.
  asm volatile(
      "ldp x0, x1, [%[x]]\n ldp x2, x3, [%[x], #16]\n ldp x4, x5, [%[x], #32]\n"
      "ldp x6, x7, [%[x], #48]\n ldp x8, x9, [%[x], #64]\n ldp x10, x11, [%[x], #80]\n"
      "ldp x12, x13, [%[x], #96]\n ldp x14, x15, [%[x], #112]\n ldp x16, x17, [%[x], #128]\n"
      "smc #0\n"
      "stp x0, x1, [%[x]]\n stp x2, x3, [%[x], #16]\n stp x4, x5, [%[x], #32]\n"
      "stp x6, x7, [%[x], #48]\n stp x8, x9, [%[x], #64]\n stp x10, x11, [%[x], #80]\n"
      "stp x12, x13, [%[x], #96]\n stp x14, x15, [%[x], #112]\n stp x16, x17, [%[x], #128]\n"
      :
      : [x] "r"(x.data())
      : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
        "x14", "x15", "x16", "x17", "memory", "cc");
}

}  // namespace trivet::platforms
