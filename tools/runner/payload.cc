// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/payload.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace trivet::runner {
namespace {

namespace fs = std::filesystem;
using Error = std::unexpected<std::string>;

constexpr std::string_view kMagic = "TRIVET-PAYLOAD-1";
constexpr std::size_t kNumber = 8;

std::uint64_t NumberAt(const std::string& bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kNumber; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << 8 * i;
  }
  return value;
}

void SetNumberAt(std::string& bytes, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < kNumber; ++i) bytes[at + i] = static_cast<char>(value >> 8 * i);
}

std::expected<std::string, std::string> Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) return Error("cannot read '" + path + "'");
  return bytes;
}

}  // namespace

std::expected<std::string, std::string> WithPayload(std::string image, std::string_view payload) {
  const std::size_t block = image.find(kMagic);
  if (block == image.npos || image.size() - block < kMagic.size() + 3 * kNumber) {
    return Error("this image has no room for a --payload");
  }
  const std::size_t numbers = block + kMagic.size();
  const std::uint64_t offset = NumberAt(image, numbers);
  const std::uint64_t room = NumberAt(image, numbers + kNumber);
  if (payload.size() > room) {
    return Error("the payload has " + std::to_string(payload.size()) +
                 " bytes; this image has room for " + std::to_string(room));
  }
  // What is linked there has at most an alignment's gap before it.
  constexpr std::uint64_t kMostGap = 4096;
  if (offset < image.size() || offset - image.size() > kMostGap) {
    return Error("the image's block for a --payload is damaged");
  }
  SetNumberAt(image, numbers + 2 * kNumber, payload.size());
  image.resize(offset);
  return image.append(payload);
}

std::expected<std::string, std::string> PayloadFile::Make(const std::string& image,
                                                          const std::string& payload) {
  const auto image_bytes = Contents(image), payload_bytes = Contents(payload);
  if (!image_bytes) return image_bytes;
  if (!payload_bytes) return payload_bytes;
  const auto bytes = WithPayload(*image_bytes, *payload_bytes);
  if (!bytes) return bytes;
  auto folder = tools::TemporaryFolder::Make();
  if (!folder) return Error("cannot make a temporary folder");
  const fs::path path = folder_.emplace(std::move(*folder)).path() / fs::path(image).filename();
  std::ofstream file(path, std::ios::binary);
  file << *bytes;
  if (!file.flush()) return Error("cannot write '" + path.string() + "'");
  return path.string();
}

}  // namespace trivet::runner
