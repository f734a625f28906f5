#include "platforms/runtime/arguments.h"

#include "platforms/devices/semihosting.h"

namespace trivet::platforms {

std::string_view CommandLine() {
  static constinit char text[4096];
  if (text[0] == '\0' && !Semihosting{}.CommandLine(text, sizeof(text))) return {};
  return text;
}

}  // namespace trivet::platforms
