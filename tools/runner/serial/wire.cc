// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/wire.h"

#include <algorithm>

namespace trivet::runner {

OrEnd<std::optional<char>> Wire::Byte(milliseconds wait) {
  if (waiting_.empty()) {
    auto text = line_.Read(wait);
    if (!text) return std::unexpected(text.error());
    if (text->empty()) return std::nullopt;
    waiting_ = std::move(*text);
  }
  const char byte = waiting_.front();
  waiting_.erase(0, 1);
  listener_({&byte, 1});
  return byte;
}

OrEnd<std::string> Wire::Text(milliseconds wait) {
  auto text = waiting_.empty() ? line_.Read(wait) : OrEnd<std::string>(std::move(waiting_));
  waiting_.clear();
  if (text && !text->empty()) listener_(*text);
  return text;
}

OrEnd<std::string> Wire::UntilQuiet(milliseconds quiet, milliseconds limit) {
  std::string all;
  const milliseconds end = Now() + limit;
  for (;;) {
    const milliseconds left = end - Now();
    if (left <= milliseconds(0)) return all;
    const auto text = Text(std::min(quiet, left));
    if (!text) return text;
    if (text->empty()) return all;
    all += *text;
  }
}

OrEnd<void> Wire::Purge() {
  for (;;) {
    const auto text = Text(milliseconds(0));
    if (!text) return std::unexpected(text.error());
    if (text->empty()) return {};
  }
}

}  // namespace trivet::runner
