// SPDX-License-Identifier: Apache-2.0 OR MIT
// Has the image's EL3 entry start it in Secure EL2: platforms/runtime/el3_entry.S.
  .global trivet_el2_is_secure
  .set trivet_el2_is_secure, 1

  .section .rodata.trivet_test_in_secure_state, "a"
  .global trivet_test_in_secure_state
trivet_test_in_secure_state:
  .byte 1
