// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/boot.h"

#include <cstdint>

#include "hal/cpu.h"
#include "platforms/runtime/el2_state.h"
#include "platforms/runtime/power.h"
#include "platforms/runtime/raw_console.h"

extern "C" const char trivet_early_vectors[];

namespace trivet::platforms {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr int kStatusNotAtEl2 = 102;

}  // namespace

void PrepareThisCpu() {
  if (Cpu::Read<CurrentEl>().el() != 2) {
    RawConsoleWrite("platforms/runtime: the image was not entered at EL2\n");
    PowerOff(kStatusNotAtEl2);
  }
  Cpu::DaifMask();
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(reinterpret_cast<std::uintptr_t>(trivet_early_vectors)));
  Cpu::Isb();
  NormalizeEl2State();
}

}  // namespace trivet::platforms
