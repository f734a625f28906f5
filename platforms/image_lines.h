// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

/// The lines by which an image reports its result, for images and for the runner that reads their
/// console.
namespace trivet::platforms {

/// What a test image writes after its tests: a whole line, in one piece, since another CPU may
/// write too.
constexpr std::string_view ResultLine(bool passed) {
  return passed ? "TRIVET-IMAGE: PASS\n" : "TRIVET-IMAGE: FAIL\n";
}

/// The same without its end, as it is found on a console.
inline constexpr std::string_view kPassLine =
    ResultLine(true).substr(0, ResultLine(true).size() - 1);

/// What the last line of every run begins with; its status follows, decimal, 0 to 255.
inline constexpr std::string_view kStatusLine = "TRIVET-IMAGE: STATUS ";

}  // namespace trivet::platforms
