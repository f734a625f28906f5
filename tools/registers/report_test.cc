// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <sstream>
#include <string>

#include "hal/register_info.h"
#include "tools/json/json_value.h"
#include "tools/registers/json.h"
#include "tools/registers/markdown.h"
#include "tools/registers/words.h"

namespace trivet::registers {
namespace {

using json::JsonValue;

JsonValue Json() {
  std::ostringstream out;
  WriteJson(out);
  JsonValue value;
  std::string error;
  EXPECT_TRUE(JsonValue::Parse(out.str(), value, error)) << error;
  return value;
}

const JsonValue& FindRegister(const JsonValue& json, const std::string& name) {
  static const JsonValue kNone;
  for (const auto& [unused, value] : json.Find("registers")->members()) {
    if (value.Find("name")->text() == name) return value;
  }
  ADD_FAILURE() << "no " << name;
  return kNone;
}

TEST(Json, HasEveryNameOnce) {
  const JsonValue json = Json();
  std::set<std::string> names;
  for (const auto& [unused, value] : json.Find("registers")->members()) {
    EXPECT_TRUE(names.insert(value.Find("name")->text()).second);
  }
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    EXPECT_TRUE(names.contains(info.name)) << info.name;
  }
}

TEST(Json, AccountsForEveryBitOfEveryLayout) {
  const JsonValue json = Json();
  for (const auto& [unused, value] : json.Find("registers")->members()) {
    for (const auto& [unused2, layout] : value.Find("layouts")->members()) {
      std::uint64_t bits = 0;
      for (const auto& [unused3, field] : layout.Find("bits")->members()) {
        bits += field.Find("hi")->number() - field.Find("lo")->number() + 1;
      }
      EXPECT_EQ(bits, 64u) << value.Find("name")->text();
    }
  }
}

TEST(Json, SaysWhatTheDescriptionSays) {
  const JsonValue json = Json();
  const JsonValue& hcr = FindRegister(json, "HCR_EL2");
  EXPECT_EQ(hcr.Find("encoding")->text(), "S3_4_C1_C1_0");
  EXPECT_EQ(hcr.Find("access")->text(), "RW");
  EXPECT_EQ(hcr.Find("synchronized_by")->text(), "context synchronization event");
  const JsonValue& first =
      hcr.Find("layouts")->members()[0].second.Find("bits")->members()[0].second;
  EXPECT_EQ(first.Find("name")->text(), "TWEDEL");
  EXPECT_EQ(first.Find("needs")->text(), "FEAT_TWED");
  EXPECT_EQ(FindRegister(json, "CPTR_EL2").Find("layouts")->members().size(), 2u);
  EXPECT_EQ(FindRegister(json, "SCTLR_EL12").Find("storage")->text(), "SCTLR_EL1");
  EXPECT_EQ(FindRegister(json, "CPACR_EL1").Find("with_e2h_reaches")->text(), "CPTR_EL2");
}

TEST(Markdown, HasASectionForEveryName) {
  std::ostringstream out;
  WriteMarkdown(out);
  for (const Register& layouts : GroupByName()) {
    const std::string title = "\n## " + std::string(layouts.front()->name) + "\n";
    EXPECT_NE(out.str().find(title), std::string::npos) << title;
  }
}

}  // namespace
}  // namespace trivet::registers
