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
      "isb"
      :
      : "r"(trivet_early_vectors)
      : "memory");
  NormalizeEl2State();
}

}  // namespace trivet::platforms
