// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

/// Fast-path exit handlers: the vectors call a hook, and the guest resumes without a world switch.
namespace trivet::vectors {

struct GuestFrame;

/// Bit n: n is a value of PSTATE.M[4:0] that a guest may have, EL0t, EL1t or EL1h in AArch64.
/// [arm-arm] SPSR_EL2.M.
inline constexpr std::uint32_t kGuestModes = 1u << 0b00000 | 1u << 0b00100 | 1u << 0b00101;

constexpr bool IsGuestPstate(std::uint64_t pstate) {
  return (kGuestModes >> (pstate & 31) & 1) != 0;
}

/// A PSTATE that a guest may have: the hardware's at an exit, or one that was checked.
class GuestPstate {
 public:
  /// None: the return to it would be illegal, or go to EL2.
  static constexpr std::optional<GuestPstate> From(std::uint64_t pstate) {
    if (!IsGuestPstate(pstate)) return std::nullopt;
    return GuestPstate(pstate);
  }
  /// SPSR_EL2 of an exit from a guest.
  static constexpr GuestPstate OfExit(std::uint64_t spsr) { return GuestPstate(spsr); }
  constexpr operator std::uint64_t() const { return value_; }  // NOLINT: it is a number

 private:
  constexpr explicit GuestPstate(std::uint64_t value) : value_(value) {}

  std::uint64_t value_;
};

/// What follows a hook.
enum class InPlace : std::uint32_t {
  kResume = 0,  ///< The guest resumes at `pc`, as the hook left it.
  kExit = 1,    ///< EnterGuest returns as without a hook; the hook's changes stay.
};

/// A guest's state while a hook runs, on the CPU's stack. x19 to x29 are still in their registers,
/// which the hook keeps as any AAPCS64 function does: an exit that needs one of them must end the
/// run.
struct InPlaceExit {
  std::uint64_t x2_to_x17[16];
  std::uint64_t x18, x30;
  std::uint64_t pc;    ///< ELR_EL2 at exit; write it to go on elsewhere.
  GuestPstate pstate;  ///< SPSR_EL2 at exit. Its type admits no other level or state.
  std::uint64_t x0_x1[2];
  GuestFrame* guest;  ///< The guest that exited. Its x, pc and pstate are those of the run's start.

  /// True for the registers that x() has: x0 to x18 and x30.
  static constexpr bool Has(unsigned n) { return n <= 18 || n == 30; }
  /// A register for which Has() is true.
  std::uint64_t& x(unsigned n) {
    if (n < 2) return x0_x1[n];
    if (n == 30) return x30;
    return n == 18 ? x18 : x2_to_x17[n - 2];
  }
};

/// Called at EL2 with the guest's system registers (VBAR_EL2, HCR_EL2 and, where a run switches
/// them, the shared ones), on the stack of EnterGuest's caller, D, A, I and F masked. ESR_EL2,
/// FAR_EL2 and HPFAR_EL2 are the exit's. The hook leaves FP and SIMD registers alone. It may unmask
/// interrupts, where the host can take them with these registers, if it then resumes.
using InPlaceHook = InPlace (*)(InPlaceExit& exit);

/// A guest's hooks, one for each kind of exit from AArch64. Null: exits of that kind end the run.
struct InPlaceHooks {
  InPlaceHook synchronous = nullptr;
  InPlaceHook irq = nullptr;
  InPlaceHook fiq = nullptr;
  InPlaceHook serror = nullptr;
  void* context = nullptr;  ///< For the hooks.
};

}  // namespace trivet::vectors
