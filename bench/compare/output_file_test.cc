// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/output_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tools/user_path.h"

namespace trivet::bench {
namespace {

std::string Path(const std::string& name) {
  return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
}

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(OutputFile, KeepsWhatTheFileHasUntilThereIsMore) {
  const std::string path = Path("kept");
  std::ofstream(path) << "the results of yesterday, which are longer";
  {
    auto file = OutputFile::Open(path);
    ASSERT_TRUE(file.has_value()) << file.error();
  }
  EXPECT_EQ(Contents(path), "the results of yesterday, which are longer");
  auto file = OutputFile::Open(path);
  ASSERT_TRUE(file.has_value()) << file.error();
  EXPECT_TRUE(file->Replace("today's").has_value());
  EXPECT_EQ(Contents(path), "today's");
}

TEST(OutputFile, LeavesNoEmptyFile) {
  const std::string path = Path("new");
  {
    const auto file = OutputFile::Open(path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  {
    auto file = OutputFile::Open(path);
    OutputFile moved = std::move(*file);
    EXPECT_TRUE(moved.Replace("text").has_value());
  }
  EXPECT_EQ(Contents(path), "text");
}

TEST(OutputFile, SaysInOneLineWhatIsWrongWithAPath) {
  const std::string missing = Path("no/such/folder");
  EXPECT_EQ(OutputFile::Open(missing).error(),
            "cannot write '" + missing + "': No such file or directory");
  EXPECT_EQ(OutputFile::Open(Path("")).error(), "cannot write '" + Path("") + "': Is a directory");
  EXPECT_EQ(OutputFile::Open("").error(), "cannot write '': No such file or directory");
}

TEST(OutputFile, SaysThatTheDiskIsFull) {
  auto file = OutputFile::Open("/dev/full");
  ASSERT_TRUE(file.has_value()) << file.error();
  EXPECT_EQ(file->Replace("text").error(), "cannot write '/dev/full': No space left on device");
}

TEST(UserPath, IsRelativeToWhereTheUserIs) {
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(tools::UserPath("out.json"), "out.json");
  setenv("BUILD_WORKING_DIRECTORY", "/home/user", 1);
  EXPECT_EQ(tools::UserPath("out.json"), "/home/user/out.json");
  EXPECT_EQ(tools::UserPath("/tmp/out.json"), "/tmp/out.json");
}

}  // namespace
}  // namespace trivet::bench
