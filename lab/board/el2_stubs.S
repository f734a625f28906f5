// SPDX-License-Identifier: Apache-2.0 OR MIT
// trivet_conformance_stubs: for each register name, in the order of RegisterId, 16 bytes: MSR from x0, RET, MRS to x0, RET.
// Encodings are the register descriptions's, so the assembler's age does not matter. [arm-arm] C6.2, MRS, MSR (register).

#define Enc(op0, op1, crn, crm, op2) \
  .inst 0xd5000000 | (op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5; \
  ret; \
  .inst 0xd5200000 | (op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5; \
  ret
#define REGISTER(Type, name, encoding, ...) encoding
#define E2H_LAYOUT(Type, name, Base, encoding, ...) encoding
#define VIEW(Type, name, Base, encoding, ...) encoding
#define SAME_LAYOUT(Type, name, Base, encoding, ...) encoding
#define INSTANCE(Type, name, Base, encoding, ...) encoding
#define E2H_ALIAS(Type, name, Base, Target, encoding) encoding

  .section .text.trivet_conformance_stubs, "ax"
  .balign 16
  .global trivet_conformance_stubs
trivet_conformance_stubs:
#include "hal/regs/all.def"
  .global trivet_conformance_stubs_end
trivet_conformance_stubs_end:
