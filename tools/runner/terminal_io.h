#pragma once

#include <string_view>

namespace trivet::runner {

/// Writes all of `text`, as far as somebody reads it.
void WriteAll(int file, std::string_view text);

}  // namespace trivet::runner
