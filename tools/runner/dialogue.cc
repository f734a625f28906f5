// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/dialogue.h"

namespace trivet::runner {

std::string Dialogue::Feed(std::string_view text) {
  std::string typed;
  unmatched_ += text;
  while (next_ < exchanges_.size()) {
    const Exchange& exchange = exchanges_[next_];
    const std::size_t found = unmatched_.find(exchange.expect);
    if (found == std::string::npos) break;
    unmatched_.erase(0, found + exchange.expect.size());
    typed += exchange.send;
    ++next_;
  }
  const std::size_t needed = awaited().size();
  if (unmatched_.size() > needed) unmatched_.erase(0, unmatched_.size() - needed);
  return typed;
}

std::string_view Dialogue::awaited() const {
  return next_ < exchanges_.size() ? std::string_view(exchanges_[next_].expect)
                                   : std::string_view();
}

}  // namespace trivet::runner
