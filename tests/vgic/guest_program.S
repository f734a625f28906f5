// The guest of guest_program.h, at EL1.

  .section .text.trivet_interface_guest, "ax"
  .balign 64
  .global trivet_interface_guest

  .macro op instruction:vararg
  \instruction
  isb
  hvc #0
  .endm

trivet_interface_guest:
  op nop
  op mrs x0, S3_0_c12_c12_0
  op msr S3_0_c12_c12_1, x0
  op msr S3_0_c12_c11_1, x0
  op msr S3_0_c12_c12_7, x0
  op mrs x0, S3_0_c12_c8_0
  op msr S3_0_c12_c8_1, x0
  op msr S3_0_c12_c12_6, x0
  op msr S3_0_c4_c6_0, x0
  op msr S3_0_c12_c12_4, x0
  op ldr w0, [x1]
  op str w0, [x1]
