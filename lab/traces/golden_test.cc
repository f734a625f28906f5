// SPDX-License-Identifier: Apache-2.0 OR MIT
// Replays every trace in testdata: the simulator and the engines they came from agree on all of
// them.

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "lab/traces/input.h"
#include "lab/traces/replayer.h"
#include "sim/profiles/profile.h"

namespace trivet::lab {
namespace {

std::vector<std::string> TraceFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("lab/golden")) {
    const std::string name = entry.path().filename().string();
    if (name.find(".elx") != std::string::npos) files.push_back(name);
  }
  return files;
}

/// "suite.cpu[+el3]_level.elx[.gz]" names the profile.
sim::Profile ProfileOf(const std::string& file) {
  const std::size_t start = file.find('.') + 1;
  std::string cpu = file.substr(start, file.find("_v8", start) - start);
  const bool el3 = cpu.ends_with("+el3");
  if (el3) cpu.resize(cpu.size() - 4);
  const sim::Profile& profile = sim::ProfileNamed(cpu);
  return el3 ? profile.WithEl3() : profile;
}

class GoldenTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, NoDisagreement) {
  const std::string text = ReadInput("lab/golden/" + GetParam());
  Replayer replayer(ProfileOf(GetParam()));
  std::uint64_t unmarked = 0;
  std::string_view line;
  for (Lines lines(text); lines.Next(line);) {
    const Replayer::Result result = replayer.Line(line);
    ASSERT_NE(result, Replayer::Result::kMalformed) << lines.number() << replayer.message();
    EXPECT_NE(result, Replayer::Result::kDisagrees) << lines.number() << ": " << line << "\n"
                                                    << replayer.message();
    if (result == Replayer::Result::kSkipped && replayer.message() != Replayer::kMarked) ++unmarked;
  }
  EXPECT_GT(replayer.counts().checked, 0u);
  EXPECT_LE(unmarked * 100, replayer.counts().checked);
}

INSTANTIATE_TEST_SUITE_P(Traces, GoldenTest, ::testing::ValuesIn(TraceFiles()),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace trivet::lab
