// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/terminal_io.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace trivet::runner {

void WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace trivet::runner
