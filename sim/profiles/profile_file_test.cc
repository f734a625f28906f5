// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/profiles/profile_file.h"

#include <gtest/gtest.h>

#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

TEST(ProfileFile, WhatIsWrittenIsRead) {
  for (const Profile& built_in : AllProfiles()) {
    Profile profile = built_in.WithEl3();
    profile.fixed.push_back({"VTCR_EL2", 1, 2});
    EXPECT_EQ(ParseProfile(FormatProfile(profile), "here"), profile) << profile.name;
  }
}

TEST(ProfileFile, BlanksCommentsAndLineEndsOfOtherSystemsDoNotMatter) {
  const Profile profile =
      ParseProfile("// a board\r\n\r\nCPU(\"x\")\r\n ID( \"MIDR_EL1\" , 17 )\r\nEND_CPU()", "here");
  EXPECT_EQ(profile.name, "x");
  EXPECT_EQ(profile.Id("MIDR_EL1"), 17u);
}

std::string Complaint(const char* text) {
  try {
    ParseProfile(text, "here");
  } catch (const Violation& violation) {
    return violation.what();
  }
  return "none";
}

TEST(ProfileFile, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(Complaint(""), "here: has no complete profile");
  EXPECT_EQ(Complaint("CPU(\"x\")\n"), "here: has no complete profile");
  EXPECT_EQ(Complaint("ID(\"MIDR_EL1\", 1)"), "here:1: stands outside of CPU and END_CPU");
  EXPECT_EQ(Complaint("CPU(\"x\")\nCPU(\"y\")"), "here:2: begins a second profile");
  EXPECT_EQ(Complaint("CPU(\"x\")\nID(\"MIDR\", 1)"), "here:2: names no register");
  EXPECT_EQ(Complaint("CPU(\"x\")\nID(\"MIDR_EL1\", 0x)"), "here:2: is not a line of a profile");
  EXPECT_EQ(Complaint("CPU(\"x\")\nID(\"MIDR_EL1\", 1, 2)"), "here:2: is not a line of a profile");
  EXPECT_EQ(Complaint("CPU(\"x\")\nID(MIDR_EL1, 1)"), "here:2: is not a line of a profile");
  EXPECT_EQ(Complaint("CPU(\"x\")\nFIXED(\"HCR_EL2\", 1, 3)"),
            "here:2: fixes a bit at both values");
  EXPECT_EQ(Complaint("nonsense"), "here:1: is not a line of a profile");
}

}  // namespace
}  // namespace trivet::sim
