// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/entry_states.h"

#include <cstddef>
#include <iterator>

#include "hal/cpu.h"
#include "platforms/runtime/entry_state_offsets.h"
#include "platforms/runtime/registers.inc"

namespace trivet::platforms {
namespace {

struct EntryState {
  std::uint64_t hcr;
  std::uint64_t sctlr;  ///< With M set: SCTLR_ON.
  std::uint64_t vbar;
  std::uint64_t cptr;
  std::uint64_t cnthctl;
  std::uint64_t daif;
  std::uint64_t spsel;
  std::uint64_t tcr2;  ///< If the CPU has FEAT_TCR2.
  std::string_view name;
};
static_assert(offsetof(EntryState, hcr) == ENTRY_STATE_HCR);
static_assert(offsetof(EntryState, sctlr) == ENTRY_STATE_SCTLR);
static_assert(offsetof(EntryState, vbar) == ENTRY_STATE_VBAR);
static_assert(offsetof(EntryState, cptr) == ENTRY_STATE_CPTR);
static_assert(offsetof(EntryState, cnthctl) == ENTRY_STATE_CNTHCTL);
static_assert(offsetof(EntryState, daif) == ENTRY_STATE_DAIF);
static_assert(offsetof(EntryState, spsel) == ENTRY_STATE_SPSEL);
static_assert(offsetof(EntryState, tcr2) == ENTRY_STATE_TCR2);

constexpr std::uint64_t kMasked = 0x3c0;
constexpr std::uint64_t kKernelAddress = 0xffff'8000'8001'0800;

// Those without E2H first. Values: docs/loaders.md, and a Linux kernel on a CPU with FEAT_VHE.
constexpr EntryState kStates[] = {
    {.hcr = 0x20,
     .sctlr = SCTLR_ON,
     .vbar = kKernelAddress,
     .cptr = 0x33ff,
     .cnthctl = 3,
     .daif = kMasked,
     .spsel = 1,
     .tcr2 = 0,
     .name = "MMU and caches on"},
    {.hcr = 0x8000'0000,
     .sctlr = 0x3250'0800,  // EE
     .vbar = 0x7ff,
     .cptr = 0xffff'ffff,
     .cnthctl = 0,
     .daif = kMasked,
     .spsel = 0,
     .tcr2 = 1 << 1,  // PIE
     .name = "big-endian data, SP_EL0, FP trapped, permission indirection, MMU off"},
    {.hcr = 0x4'8800'0038,
     .sctlr = 0x3050'0800,
     .vbar = kKernelAddress,
     .cptr = 0x30'0000,
     .cnthctl = 0xc6,
     .daif = kMasked,
     .spsel = 1,
     .tcr2 = 1 << 1,
     .name = "E2H and TGE set, vectors at a virtual address, MMU off: kexec from a VHE kernel"},
    {.hcr = 0x4'0800'0038,
     .sctlr = SCTLR_ON,
     .vbar = kKernelAddress,
     .cptr = 0x30'0000,
     .cnthctl = 0xc03,
     .daif = 0x300,
     .spsel = 1,
     .tcr2 = 0,
     .name = "E2H, TGE, MMU and caches on, interrupts open: UEFI on a CPU with VHE"},
};
constexpr unsigned kStatesWithoutE2h = 2;

}  // namespace

extern "C" [[noreturn]] void trivet_enter_in_state(const EntryState& state,
                                                   std::uint64_t loader_argument);

unsigned EntryStateCount() {
  const bool vhe = hal::Cpu::Read<hal::IdAa64Mmfr1El1>().vh() != 0;
  return vhe ? std::size(kStates) : kStatesWithoutE2h;
}

std::string_view EntryStateName(unsigned index) { return kStates[index].name; }

void EnterAgain(unsigned index, std::uint64_t loader_argument) {
  trivet_enter_in_state(kStates[index], loader_argument);
}

}  // namespace trivet::platforms
