// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/traces/input.h"

#include <zlib.h>

#include <array>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>

#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";

/// False when `packed` is not exactly one complete gzip member.
bool Decompress(std::string& packed, std::string& text) {
  constexpr int kGzipFormat = 16;
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipFormat + MAX_WBITS) != Z_OK) return false;
  std::array<char, 65536> block;
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = block.size();
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(block.data(), block.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return status == Z_STREAM_END && stream.avail_in == 0;
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw sim::Violation(std::format("{}: cannot be read", path));
  }
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (text.empty()) throw sim::Violation(std::format("{}: is empty", path));
  return text;
}

std::string ReadInput(const std::string& path) {
  std::string text = ReadFile(path);
  if (!text.starts_with(kGzipMagic)) return text;
  std::string unpacked;
  if (!Decompress(text, unpacked)) throw sim::Violation(path + ": damaged gzip data");
  if (unpacked.empty()) throw sim::Violation(path + ": is empty");
  return unpacked;
}

}  // namespace trivet::lab
