#pragma once

#include <string_view>

namespace trivet::platforms {

/// The command line the runner gave, the image's name first, words separated by single spaces.
/// Empty when there is none or it is longer than 4095 bytes. Boot CPU only; the text stays valid.
std::string_view CommandLine();

}  // namespace trivet::platforms
