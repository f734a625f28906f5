// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the benchmarks' guest executes at EL1: bench/guest_code.h.

  .section .text.trivet_bench_guest, "ax"
  .balign 64
  .global trivet_bench_guest
trivet_bench_guest:
  hvc #0
  hvc #1
  mrs x3, ID_AA64PFR0_EL1
  hvc #1
  ldr x5, [x1]
  hvc #1
