#pragma once

#include <string>

namespace trivet::sim {

/// Replaces `text` by what it decompresses to when it is in gzip format; leaves anything else
/// alone. False, with error set, when it begins as gzip does and is damaged.
bool Decompress(std::string& text, std::string& error);

}  // namespace trivet::sim
