#pragma once

#include <cstdint>
#include <string_view>

namespace trivet::tests {

/// Lines on the host's console. Never while virtualization is enabled or a guest is loaded: the
/// host's drivers are the host's own business.
class Report {
 public:
  /// Counts and prints a failure; says nothing of what holds.
  void Check(bool condition, std::string_view what);
  unsigned failures() const { return failures_; }

  void Value(const char* what, std::uint64_t value);
  void Count(unsigned count, const char* what);
  void Difference(const char* name, std::uint64_t before, std::uint64_t after, const char* excuse);

 private:
  unsigned failures_ = 0;
};

}  // namespace trivet::tests
