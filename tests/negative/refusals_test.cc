// SPDX-License-Identifier: Apache-2.0 OR MIT
// Each report of compile_twice in $REPORTS: the plain compilation succeeded; the one with the error
// failed, and its messages contain what the report's first line says.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace trivet::tests {
namespace {

std::vector<std::string> Reports() {
  const char* const paths = std::getenv("REPORTS");
  std::istringstream words(paths == nullptr ? "" : paths);
  return {std::istream_iterator<std::string>(words), {}};
}

class Refusal : public ::testing::TestWithParam<std::string> {};

TEST_P(Refusal, IsForTheExpectedReason) {
  std::ifstream file(GetParam());
  std::string expected, plain;
  ASSERT_TRUE(std::getline(file, expected) && std::getline(file, plain));
  const std::string report((std::istreambuf_iterator<char>(file)), {});
  SCOPED_TRACE(report);
  EXPECT_EQ(plain, "plain exit 0") << "does not compile even without TRIVET_EXPECT_ERROR";
  const std::string separator = "\nwith TRIVET_EXPECT_ERROR exit ";
  const std::size_t second = report.find(separator);
  ASSERT_NE(second, std::string::npos);
  const std::string with_error = report.substr(second + separator.size());
  EXPECT_TRUE(with_error.starts_with("1\n")) << "compiles, and must not";
  ASSERT_NE(expected, "");
  EXPECT_NE(with_error.find(expected), std::string::npos) << "no message contains: " << expected;
}

INSTANTIATE_TEST_SUITE_P(Each, Refusal, ::testing::ValuesIn(Reports()), [](const auto& each) {
  return std::filesystem::path(each.param).stem().string();
});

}  // namespace
}  // namespace trivet::tests
