// SPDX-License-Identifier: Apache-2.0 OR MIT
// The image's EL3 entry starts it in Non-secure EL2, as without this file.
  .section .rodata.trivet_test_in_secure_state, "a"
  .global trivet_test_in_secure_state
trivet_test_in_secure_state:
  .byte 0
