#include "tools/runner/serial/srecord.h"

#include <cstddef>
#include <cstdint>

namespace trivet::runner {
namespace {

constexpr std::size_t kDataPerLine = 32;

/// Type, count of what follows, address of `address_bytes` bytes, data, and the one's complement of
/// the sum of all of that.
std::string Record(char type, int address_bytes, std::uint32_t address, std::string_view data) {
  std::string bytes(1,
                    static_cast<char>(data.size() + static_cast<std::size_t>(address_bytes) + 1));
  for (int i = address_bytes - 1; i >= 0; --i) bytes += static_cast<char>(address >> (8 * i));
  bytes += data;
  unsigned sum = 0;
  for (const char c : bytes) sum += static_cast<unsigned char>(c);
  bytes += static_cast<char>(~sum);
  std::string line = {'S', type};
  for (const char c : bytes) {
    line += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
    line += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 0xf];
  }
  return line + "\r\n";
}

}  // namespace

std::string SRecords(std::string_view name, std::string_view data) {
  std::string records = Record('0', 2, 0, name.substr(0, kDataPerLine));
  for (std::size_t at = 0; at < data.size(); at += kDataPerLine) {
    records += Record('3', 4, static_cast<std::uint32_t>(at), data.substr(at, kDataPerLine));
  }
  return records + Record('7', 4, 0, "");
}

}  // namespace trivet::runner
