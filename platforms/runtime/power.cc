#include "platforms/runtime/power.h"

#include "platforms/board.h"

namespace trivet::platforms {

void PowerOff(int status) {
  board::kPowerOff.Exit(status);
  for (;;) asm volatile("wfi");
}

}  // namespace trivet::platforms
