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
  mrs x7, par_el1
  adrp x1, trivet_skip_vectors
  add x1, x1, :lo12:trivet_skip_vectors
  msr vbar_el2, x1
  msr par_el1, xzr
  isb
  mrs xzr, s3_4_c2_c6_0                 // VSTTBR_EL2
  mrs x0, par_el1
  eor w0, w0, #1
  msr vbar_el2, x2
  msr elr_el2, x3
  msr spsr_el2, x4
  msr esr_el2, x5
  msr far_el2, x6
  msr par_el1, x7
  isb
  ret
end_function
