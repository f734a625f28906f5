// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trivet::runner {

/// One step of a conversation with a boot loader: what its console shows, and what is then typed.
struct Exchange {
  std::string expect;
  std::string send;
};

/// Drives a loader's console, one exchange after the other.
class Dialogue {
 public:
  explicit Dialogue(std::vector<Exchange> exchanges) : exchanges_(std::move(exchanges)) {}

  /// Takes the next piece of the console, and returns what is to be typed now.
  std::string Feed(std::string_view text);

  /// The text that has not come yet; empty when nothing is left to expect.
  std::string_view awaited() const;

 private:
  std::vector<Exchange> exchanges_;
  std::size_t next_ = 0;
  std::string unmatched_;  ///< the console's end, as far as it may begin the next match
};

}  // namespace trivet::runner
