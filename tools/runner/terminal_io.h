// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

namespace trivet::runner {

/// Writes all of `text`, until the reader closes the file.
void WriteAll(int file, std::string_view text);

}  // namespace trivet::runner
