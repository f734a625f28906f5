#include "tools/runner/serial/srecord.h"

#include <string>

#include "gtest/gtest.h"

namespace trivet::runner {
namespace {

TEST(SRecord, HeaderDataAndEnd) {
  EXPECT_EQ(SRecords("hi", "abc"),
            "S0050000686929\r\n"
            "S30800000000616263D1\r\n"
            "S70500000000FA\r\n");
}

TEST(SRecord, AddressesCountOn) {
  const std::string records = SRecords("", std::string(70, 'x'));
  EXPECT_NE(records.find("\r\nS32500000000"), records.npos);
  EXPECT_NE(records.find("\r\nS32500000020"), records.npos);
  EXPECT_NE(records.find("\r\nS30B00000040787878787878"), records.npos);
}

}  // namespace
}  // namespace trivet::runner
