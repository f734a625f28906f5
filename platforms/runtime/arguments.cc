#include "platforms/runtime/arguments.h"

#include "platforms/board.h"

namespace trivet::platforms {

std::string_view CommandLine() {
  static constinit char text[4096];
  if (text[0] == '\0' && !board::kArguments.CommandLine(text, sizeof(text))) return {};
  return text;
}

}  // namespace trivet::platforms
