// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// The layouts of Context, Operation and Outcome, for monitor.S; monitor.h compares them with the
// structures.
#define CONTEXT_OPERATION 0
#define CONTEXT_OUTCOME 8
#define CONTEXT_LEFT 16
#define CONTEXT_PHASE 24
#define CONTEXT_LINK 32
#define CONTEXT_HOST 40   // HCR_EL2, CPTR_EL2, VBAR_EL2
#define CONTEXT_GROUP 64  // address of the register with the timer's group or 0, and its bit or 0
#define CONTEXT_SAVED 80  // ELR_EL2, SPSR_EL2, ESR_EL2, FAR_EL2, HPFAR_EL2
#define CONTEXT_CONTROLS \
  120                      // HCR_EL2, CPTR_EL2, SCTLR_EL2, TCR_EL2, TTBR0_EL2, MAIR_EL2, VBAR_EL2
#define CONTEXT_BELOW 176  // ESR, ELR and SPSR of EL1 before the operation
#define CONTEXT_PC 200     // where the instruction stands
#define CONTEXT_SIZE 208

#define OPERATION_WORD 16  // the instruction; behind it the one that returns
#define OPERATION_SPSR 24
#define OPERATION_KIND 28
#define OPERATION_SIZE 32

#define OUTCOME_PSTATE 48
#define OUTCOME_X0 56
#define OUTCOME_SIZE 64
