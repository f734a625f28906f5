// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <string_view>

#include "freestanding/text/text.h"

namespace trivet::text {

/// A sink without a limit, on the build machine.
class StringSink final : public Sink {
 public:
  void Put(std::string_view text) override { text_ += text; }
  const std::string& string() const { return text_; }

 private:
  std::string text_;
};

}  // namespace trivet::text
