#include "platforms/runtime/power.h"

#include "platforms/devices/semihosting.h"
#include "platforms/runtime/raw_console.h"

namespace trivet::platforms {

void PowerOff(int status) {
  RawConsoleDrain();
  Semihosting{}.Exit(status);
  for (;;) asm volatile("wfi");
}

}  // namespace trivet::platforms
