// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace trivet::tests {

/// Lines on the firmware's console. Never while virtualization is enabled or a guest is loaded:
/// the firmware's drivers may do anything.
class Report {
 public:
  /// Counts and prints a failure; prints nothing otherwise.
  void Check(bool condition, std::string_view what);
  unsigned failures() const { return failures_; }

  void Value(const char* what, std::uint64_t value);
  void Count(unsigned count, const char* what);
  void Difference(const char* name, std::uint64_t before, std::uint64_t after, const char* excuse);

 private:
  unsigned failures_ = 0;
};

}  // namespace trivet::tests
