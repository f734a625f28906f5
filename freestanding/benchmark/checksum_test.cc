// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/benchmark/checksum.h"

#include <gtest/gtest.h>

#include <string>

#include "freestanding/text/crc32.h"

namespace trivet::bench {
namespace {

// The check value of the catalogue of parametrised CRC algorithms, CRC-32/ISO-HDLC.
static_assert(text::Crc32("123456789") == 0xcbf4'3926);
static_assert(text::Crc32("") == 0);
static_assert(Checksum("123456789").view() == " cbf43926");

TEST(Checksum, ChangesWithEveryByteAndEveryPairOfNeighbours) {
  const std::string object = R"({"name":"limit/enable","instructions":10})";
  for (std::size_t i = 0; i < object.size(); ++i) {
    std::string changed = object;
    changed[i] ^= 1;
    EXPECT_NE(Checksum(changed).view(), Checksum(object).view()) << changed;
    if (i == 0 || object[i] == object[i - 1]) continue;
    std::string swapped = object;
    std::swap(swapped[i], swapped[i - 1]);
    EXPECT_NE(Checksum(swapped).view(), Checksum(object).view()) << swapped;
  }
}

}  // namespace
}  // namespace trivet::bench
