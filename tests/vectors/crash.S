// void trivet_test_crash(): x0 to x30 hold 0x1000 + n, SP points nowhere, then BRK.

  .section .text.trivet_test_crash, "ax"
  .global trivet_test_crash
  .global trivet_test_brk
trivet_test_crash:
  mov x0, #0xdead0000
  mov sp, x0
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  mov x\n, #(0x1000 + \n)
  .endr
trivet_test_brk:
  brk #0x77
