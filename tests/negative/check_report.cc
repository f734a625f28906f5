// SPDX-License-Identifier: Apache-2.0 OR MIT
// check_report: checks the $REPORT of compile_twice: the plain compilation succeeded; the one with
// the error failed, and its messages contain $EXPECT.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int Fail(const std::string& message, const std::string& report) {
  std::cout << "FAIL: " << message << "\n---\n" << report << '\n';
  return 1;
}

}  // namespace

int main() {
  const std::string expect = Variable("EXPECT");
  std::ifstream file(Variable("REPORT"));
  const std::string report((std::istreambuf_iterator<char>(file)), {});
  const std::string separator = "\nwith TRIVET_EXPECT_ERROR exit ";
  const std::size_t second = report.find(separator);
  if (!file || second == std::string::npos || expect.empty()) return Fail("no report", report);
  if (!report.starts_with("plain exit 0\n")) {
    return Fail("does not compile even without TRIVET_EXPECT_ERROR", report);
  }
  const std::string with_error = report.substr(second + separator.size());
  if (!with_error.starts_with("1\n")) return Fail("compiles, and must not", report);
  if (with_error.find(expect) == std::string::npos) {
    return Fail("the compiler's messages do not contain \"" + expect + "\"", report);
  }
  std::cout << "PASS: does not compile, with the message \"" << expect << "\"\n";
  return 0;
}
