// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/payload.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace trivet::runner {
namespace {

/// An image of `size` bytes that says it has room for `room` at `offset`.
std::string Image(std::size_t size, unsigned char offset, unsigned char room) {
  std::string image = "code" + std::string("TRIVET-PAYLOAD-1") + std::string(24, '\0');
  image[20] = static_cast<char>(offset);
  image[28] = static_cast<char>(room);
  image.resize(size, 'd');
  return image;
}

TEST(PayloadTest, StandsAtItsOffsetAndTheBlockKnowsItsSize) {
  const auto with = WithPayload(Image(60, 64, 16), "trace");
  ASSERT_TRUE(with) << with.error();
  EXPECT_EQ(with->size(), 64u + 5);
  EXPECT_EQ(with->substr(64), "trace");
  EXPECT_EQ((*with)[36], 5);
}

TEST(PayloadTest, AnImageWithoutRoomIsRefused) {
  EXPECT_FALSE(WithPayload("no block", "x"));
  EXPECT_FALSE(WithPayload("TRIVET-PAYLOAD-1 cut", "x"));
  EXPECT_EQ(WithPayload(Image(64, 64, 4), "12345").error(),
            "the payload has 5 bytes; this image has room for 4");
}

TEST(PayloadTest, ABlockThatDoesNotFitTheFileIsRefused) {
  EXPECT_FALSE(WithPayload(Image(80, 64, 16), "x"));
}

TEST(PayloadTest, TheCopyGoes) {
  const std::string folder = testing::TempDir();
  std::ofstream(folder + "/an.img") << Image(64, 64, 16);
  std::ofstream(folder + "/load") << "ab";
  std::string path;
  {
    PayloadFile file;
    const auto made = file.Make(folder + "/an.img", folder + "/load");
    ASSERT_TRUE(made) << made.error();
    path = *made;
    EXPECT_EQ(std::filesystem::path(path).filename(), "an.img");
    EXPECT_EQ(std::filesystem::file_size(path), 66u);
    EXPECT_FALSE(file.Make(folder + "/an.img", folder + "/missing"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace trivet::runner
