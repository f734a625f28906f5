#include "platforms/runtime/power.h"

#include "platforms/devices/semihosting.h"

namespace trivet::platforms {

void PowerOff(int status) {
  Semihosting{}.Exit(status);
  for (;;) asm volatile("wfi");
}

}  // namespace trivet::platforms
