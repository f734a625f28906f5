// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// The layout of an EntryState, for entry_states.S; entry_states.cc compares it with the structure.
#define ENTRY_STATE_HCR 0
#define ENTRY_STATE_SCTLR 8
#define ENTRY_STATE_VBAR 16
#define ENTRY_STATE_CPTR 24
#define ENTRY_STATE_CNTHCTL 32
#define ENTRY_STATE_DAIF 40
#define ENTRY_STATE_SPSEL 48
#define ENTRY_STATE_TCR2 56
