#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/conformance/trace/operations.h"

namespace trivet::conformance::trace {

/// What monitor.S and the image tell each other. The values of EL2's registers are the trace's,
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

static_assert(offsetof(Context, host) == 40 && offsetof(Context, group_register) == 64);
static_assert(offsetof(Context, saved) == 80 && offsetof(Context, controls) == 120);
static_assert(offsetof(Context, below) == 176 && offsetof(Context, pc) == 200 &&
              sizeof(Context) == 208);
static_assert(sizeof(Operation) == 32 && offsetof(Operation, word) == 16);
static_assert(offsetof(Operation, spsr) == 24 && offsetof(Operation, kind) == 28);
static_assert(sizeof(Outcome) == 64 && offsetof(Outcome, pstate) == 48);

extern "C" {
void trivet_trace_run(const void* monitor);
extern const unsigned char trivet_trace_monitor[], trivet_trace_monitor_end[];
extern const unsigned char trivet_trace_context[], trivet_trace_arrival[], trivet_trace_done[];
}

}  // namespace trivet::conformance::trace
