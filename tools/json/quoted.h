#pragma once

#include <string>
#include <string_view>

namespace trivet::json {

/// `text` as a JSON string.
std::string Quoted(std::string_view text);

}  // namespace trivet::json
