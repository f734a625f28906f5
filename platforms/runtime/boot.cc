#include "platforms/runtime/boot.h"

#include <cstdint>

#include "platforms/runtime/el2_state.h"
#include "platforms/runtime/power.h"
#include "platforms/runtime/raw_console.h"

extern "C" const char trivet_early_vectors[];

namespace trivet::platforms {
namespace {

constexpr int kStatusNotAtEl2 = 102;
constexpr std::uint64_t kCurrentElEl2 = 2 << 2;

// [arm-arm] SCTLR_EL2 with HCR_EL2.E2H 0: the RES1 bits, among them EIS and EOS (exception entry
// and return synchronize); M, C, I, A and EE clear.
constexpr std::uint64_t kSctlrEl2MmuOff = 0x30c5'0830;

std::uint64_t CurrentEl() {
  std::uint64_t current_el;
  asm volatile("mrs %0, CurrentEL" : "=r"(current_el));
  return current_el;
}

}  // namespace

void PrepareThisCpu() {
  if (CurrentEl() != kCurrentElEl2) {
    RawConsoleWrite("platforms/runtime: the image was not entered at EL2\n");
    PowerOff(kStatusNotAtEl2);
  }
  asm volatile(
      "msr daifset, #0xf\n"
      "msr VBAR_EL2, %0\n"
      "msr SCTLR_EL2, %1\n"
      "isb"
      :
      : "r"(trivet_early_vectors), "r"(kSctlrEl2MmuOff)
      : "memory");
  NormalizeEl2State();
}

}  // namespace trivet::platforms
