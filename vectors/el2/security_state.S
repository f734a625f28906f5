// SPDX-License-Identifier: Apache-2.0 OR MIT
// Which Security state EL2 is in, for CPUs with FEAT_SEL2.

#include "vectors/el2/macros.inc"

/// bool TrivetEl2IsSecure()
/// In: EL2 with SP_EL2; D, A, I, F and ALLINT masked. Out: w0. Every system register as before. No register of EL2
/// has the answer; VSTTBR_EL2 is UNDEFINED at EL2 outside Secure state. [arm-arm] VSTTBR_EL2.
begin_function TrivetEl2IsSecure
  mrs x2, vbar_el2
  mrs x3, elr_el2
  mrs x4, spsr_el2
  mrs x5, esr_el2
  mrs x6, far_el2
  adrp x1, .L_probe_vectors
  add x1, x1, :lo12:.L_probe_vectors
  msr vbar_el2, x1
  isb
  mov w0, #1
  mrs xzr, s3_4_c2_c6_0                 // VSTTBR_EL2
.L_probed:
  msr vbar_el2, x2
  msr elr_el2, x3
  msr spsr_el2, x4
  msr esr_el2, x5
  msr far_el2, x6
  isb
  ret
end_function

  .section .text.trivet_probe_vectors, "ax"
  .balign VECTOR_TABLE_SIZE
.L_probe_vectors:
  .fill (4 * VECTOR_SLOT_SIZE) / 4, 4, BRK_UNUSED
  // Synchronous, EL2 with SP_EL2: the probe is UNDEFINED.
  mov w0, #0
  adr x1, .L_probed
  msr elr_el2, x1
  return_from_exception
  .fill (VECTOR_TABLE_SIZE - (. - .L_probe_vectors)) / 4, 4, BRK_UNUSED
