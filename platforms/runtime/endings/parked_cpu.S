// SPDX-License-Identifier: Apache-2.0 OR MIT
// A CPU that waits as firmware lets it by the parking protocol, for its test: no memory of the image is used.
// In:  EL2 on the image's translation, DAIF masked, SGI 0 enabled; x0 = the mailbox, in memory that no cache holds; x1 =
//      the CPU's number. Does not return.

#include "hal/asm_constants.h"

#define MAILBOX_ADDRESS 8
#define MARK 0x800
#define HAS_PARKED 0x9a

  .section .text.trivet_testing_park, "ax"
  .global trivet_testing_park
  .type trivet_testing_park, %function
trivet_testing_park:
  mov     x19, x0
  mov     x20, x1
  bl      trivet_translation_off
  mov     w2, #HAS_PARKED
  str     w2, [x19, #MARK]
.Lwait:
  wfi
  ldr     w2, [x19]
  cmp     w2, w20
  b.ne    .Lwait
  ldr     x3, [x19, #MAILBOX_ADDRESS]
  cbz     x3, .Lwait
  mrs     x2, ICC_IAR1_EL1
  msr     ICC_EOIR1_EL1, x2
  str     xzr, [x19, #MAILBOX_ADDRESS]
  dsb     sy
  br      x3
  .size trivet_testing_park, . - trivet_testing_park
