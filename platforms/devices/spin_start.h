#pragma once

// The layout of a TrivetSpinStart, for spin_entry.S; spin_table.cc compares it with the structure.
#define SPIN_START_SIZE 32
#define SPIN_START_AFFINITY 0
#define SPIN_START_ENTRY 8
#define SPIN_START_CONTEXT 16
#define SPIN_START_COUNT 16
