// SPDX-License-Identifier: Apache-2.0 OR MIT
// The layout of probe.S's record, for C++ and for the assembler.

#define PROBE_X 0
#define PROBE_SP (8 * 31)
#define PROBE_SP_EL0 (8 * 32)
#define PROBE_ELR (8 * 33)
#define PROBE_SPSR (8 * 34)
#define PROBE_ESR (8 * 35)
#define PROBE_FAR (8 * 36)
#define PROBE_TPIDR (8 * 37)
#define PROBE_VECTOR (8 * 38)
#define PROBE_SIZE (8 * 39)

// x0 to x30 at a probe: the number in the low bits of an address that is no physical one.
#define PROBE_PATTERN_HIGH 0xabcd
#define PROBE_PATTERN_LOW 0x1000

#define PROBE_BRK_IMMEDIATE 0x77
