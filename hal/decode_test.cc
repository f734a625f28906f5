// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/decode.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hal/registers.h"

namespace trivet::hal {
namespace {

/// Room for any register's text.
struct Text {
  char data[4096];
  std::size_t size;

  Text(RegisterId id, std::uint64_t value, DecodeStyle style = DecodeStyle::kNonZero)
      : size(Decode(InfoOf(id), value, data, sizeof(data), style)) {}
  std::string_view view() const { return {data, size}; }
  bool Contains(std::string_view what) const { return view().find(what) != view().npos; }
};

TEST(Decode, ShowsTheFieldsThatAreSet) {
  const Text text(RegisterId::kHcrEl2, 0x8008'0019);
  EXPECT_EQ(text.view(),
            "HCR_EL2 = 0x80080019\n"
            "  31     RW              1\n"
            "  19     TSC             1\n"
            "  4      IMO             1\n"
            "  3      FMO             1\n"
            "  0      VM              1\n");
}

TEST(Decode, SaysWhatAValueMeans) {
  const Text text(RegisterId::kEsrEl2, 0x5a00'1234);
  EXPECT_EQ(text.view(),
            "ESR_EL2 = 0x5a001234\n"
            "  31:26  EC              0x16  HVC, AArch64\n"
            "  25     IL              1\n"
            "  24:0   ISS             0x1234\n");
}

TEST(Decode, NamesReservedBitsWithTheWrongValue) {
  const Text text(RegisterId::kVtcrEl2, std::uint64_t{1} << 63);
  EXPECT_TRUE(text.Contains("  63:46  RES0            0x20000  should be 0x0\n")) << text.data;
  EXPECT_TRUE(text.Contains("  31     RES1            0  should be 0x1\n")) << text.data;
}

TEST(Decode, TellsTheLayout) {
  EXPECT_EQ(Text(RegisterId::kCptrEl2, 0x33ff).view().substr(0, 32),
            "CPTR_EL2 = 0x33ff  (E2H = 0)\n  1");
  EXPECT_TRUE(Text(RegisterId::kCptrEl2E2h, 0).Contains("(E2H = 1)"));
}

TEST(Decode, ShowsEveryFieldWhenAsked) {
  const Text text(RegisterId::kVbarEl2, 0, DecodeStyle::kAll);
  EXPECT_EQ(text.view(), "VBAR_EL2 = 0x0\n  63:11  VBA             0\n");
}

TEST(Decode, CutsTheTextToTheBufferAndReturnsItsWholeLength) {
  char small[8];
  const std::size_t size = Decode(InfoOf(RegisterId::kVbarEl2), 0, small, sizeof(small));
  EXPECT_EQ(size, std::string_view("VBAR_EL2 = 0x0\n").size());
  EXPECT_EQ(std::string_view(small), "VBAR_EL");
  EXPECT_EQ(Decode(InfoOf(RegisterId::kVbarEl2), 0, nullptr, 0), size);
}

TEST(Decode, EveryRegisterFitsAndEndsItsLines) {
  for (const RegisterInfo& info : AllRegisters()) {
    for (const std::uint64_t value : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      const Text text(info.id, value, DecodeStyle::kAll);
      EXPECT_LT(text.size, sizeof(text.data)) << info.name;
      EXPECT_EQ(text.data[text.size - 1], '\n') << info.name;
    }
  }
}

TEST(ToString, GivesAMeaningForEveryValueOfAField) {
  for (unsigned value = 0; value < 64; ++value) {
    EXPECT_NE(ToString(static_cast<ExceptionClass>(value)), nullptr);
    EXPECT_NE(ToString(static_cast<ProcessorMode>(value)), nullptr);
    EXPECT_NE(ToString(static_cast<PhysicalSize>(value)), nullptr);
  }
  EXPECT_EQ(std::string_view(ToString(static_cast<ExceptionClass>(0x3f))), "reserved");
  EXPECT_EQ(std::string_view(ToString(static_cast<PhysicalSize>(8))), "reserved");
}

}  // namespace
}  // namespace trivet::hal
