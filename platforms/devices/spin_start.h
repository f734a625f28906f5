// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// The layout of a TrivetSpinStart, for spin_entry.S; spin_table.cc compares it with the structure.
// No cache line has two of them: its CPU writes .arrived with its caches off.
#define SPIN_START_SIZE 128
#define SPIN_START_AFFINITY 0
// In .affinity: a bit that no affinity has. [arm-arm] MPIDR_EL1, bit 31.
#define SPIN_START_IN_USE 0x80000000
#define SPIN_START_ENTRY 8
#define SPIN_START_CONTEXT 16
#define SPIN_START_ARRIVED 64
#define SPIN_START_COUNT 16
