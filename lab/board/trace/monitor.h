// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "lab/board/trace/monitor_offsets.h"
#include "lab/board/trace/operations.h"

namespace trivet::lab::board::trace {

/// The data that monitor.S and the image share. The values of EL2's registers are the trace's,
/// kept from batch to batch; those that the monitor needs for itself it swaps.
struct Context {
  std::uint64_t operation, outcome, left;  ///< Addresses of the next ones; how many are to be run.
  std::uint64_t phase, link;               ///< The monitor's own; phase begins as 0.
  struct {
    std::uint64_t hcr, cptr, vbar;
  } host;
  /// Of the EL2 physical timer's interrupt. No register: it arrives as IRQ; no bit: not at all.
  std::uint64_t group_register, group_bit;
  struct {
    std::uint64_t elr, spsr, esr, far, hpfar;
  } saved;
  struct {
    std::uint64_t hcr, cptr, sctlr, tcr, ttbr0, mair, vbar;
  } controls;
  std::uint64_t below[3];  ///< The monitor's own.
  std::uint64_t pc;        ///< Where instructions stand.
};

static_assert(offsetof(Context, operation) == CONTEXT_OPERATION);
static_assert(offsetof(Context, outcome) == CONTEXT_OUTCOME);
static_assert(offsetof(Context, left) == CONTEXT_LEFT);
static_assert(offsetof(Context, phase) == CONTEXT_PHASE);
static_assert(offsetof(Context, link) == CONTEXT_LINK);
static_assert(offsetof(Context, host) == CONTEXT_HOST);
static_assert(offsetof(Context, group_register) == CONTEXT_GROUP);
static_assert(offsetof(Context, saved) == CONTEXT_SAVED);
static_assert(offsetof(Context, controls) == CONTEXT_CONTROLS);
static_assert(offsetof(Context, below) == CONTEXT_BELOW);
static_assert(offsetof(Context, pc) == CONTEXT_PC);
static_assert(sizeof(Context) == CONTEXT_SIZE);
static_assert(offsetof(Operation, word) == OPERATION_WORD);
static_assert(offsetof(Operation, spsr) == OPERATION_SPSR);
static_assert(offsetof(Operation, kind) == OPERATION_KIND);
static_assert(sizeof(Operation) == OPERATION_SIZE);
static_assert(offsetof(Outcome, pstate) == OUTCOME_PSTATE);
static_assert(offsetof(Outcome, x0) == OUTCOME_X0);
static_assert(sizeof(Outcome) == OUTCOME_SIZE);

extern "C" {
void trivet_trace_run(const void* monitor);
extern const unsigned char trivet_trace_monitor[], trivet_trace_monitor_end[];
extern const unsigned char trivet_trace_context[], trivet_trace_arrival[], trivet_trace_done[];
}

}  // namespace trivet::lab::board::trace
