#include "sim/replay/gzip.h"

#include <array>
#include <cstdint>
#include <string_view>

/// gzip (RFC 1952) around DEFLATE (RFC 1951): one member, CRC-32 and size checked, nothing behind
/// it.
namespace trivet::sim {
namespace {

/// Bits of a DEFLATE stream, least significant first. Reading past the end sets bad().
class Bits {
 public:
  explicit Bits(std::string_view data) : data_(data) {}

  /// The next bits without taking them; zeros past the end.
  std::uint32_t Peek(unsigned count) {
    while (have_ < count && position_ < data_.size()) {
      buffer_ |= std::uint64_t{static_cast<unsigned char>(data_[position_++])} << have_;
      have_ += 8;
    }
    return static_cast<std::uint32_t>(buffer_ & ((std::uint64_t{1} << count) - 1));
  }
  std::uint32_t Take(unsigned count) {
    const std::uint32_t value = Peek(count);
    if (have_ < count) {
      bad_ = true;
      return 0;
    }
    buffer_ >>= count;
    have_ -= count;
    return value;
  }
  std::uint32_t TakeWord() {
    const std::uint32_t low = Take(16);
    return low | Take(16) << 16;
  }
  bool AtEnd() const { return position_ == data_.size() && have_ == 0; }
  void Align() {
    buffer_ >>= have_ % 8;
    have_ -= have_ % 8;
  }
  bool bad() const { return bad_; }
  void Spoil() { bad_ = true; }

 private:
  std::string_view data_;
  std::size_t position_ = 0;
  std::uint64_t buffer_ = 0;
  unsigned have_ = 0;
  bool bad_ = false;
};

constexpr unsigned kLongestCode = 15;

/// A canonical Huffman code. Short codes are looked up by the next bits of the stream; a longer one
/// is decoded by counting codes of each length.
class Huffman {
 public:
  void Build(const std::uint8_t* lengths, unsigned count) {
    counts_.fill(0);
    short_codes_.fill({});
    for (unsigned i = 0; i < count; ++i) ++counts_[lengths[i]];
    counts_[0] = 0;
    std::array<std::uint16_t, kLongestCode + 2> offsets = {}, codes = {};
    for (unsigned i = 1; i <= kLongestCode; ++i) {
      offsets[i + 1] = static_cast<std::uint16_t>(offsets[i] + counts_[i]);
      codes[i + 1] = static_cast<std::uint16_t>((codes[i] + counts_[i]) << 1);
    }
    for (unsigned i = 0; i < count; ++i) {
      const std::uint8_t length = lengths[i];
      if (length == 0) continue;
      symbols_[offsets[length]++] = static_cast<std::uint16_t>(i);
      if (length <= kShort) AddShort(codes[length]++, length, static_cast<std::uint16_t>(i));
    }
  }

  unsigned Decode(Bits& bits) const {
    const ShortCode& found = short_codes_[bits.Peek(kShort)];
    if (found.length == 0) return DecodeByCounting(bits);
    (void)bits.Take(found.length);
    return found.symbol;
  }

 private:
  static constexpr unsigned kShort = 9;
  struct ShortCode {
    std::uint16_t symbol = 0;
    std::uint8_t length = 0;
  };

  /// The stream has a code's first bit lowest, so the code stands reversed in the index, and every
  /// index that ends in it means it.
  void AddShort(unsigned code, unsigned length, std::uint16_t symbol) {
    unsigned reversed = 0;
    for (unsigned i = 0; i < length; ++i) reversed |= (code >> i & 1) << (length - 1 - i);
    for (unsigned i = reversed; i < short_codes_.size(); i += 1u << length) {
      short_codes_[i] = {symbol, static_cast<std::uint8_t>(length)};
    }
  }

  unsigned DecodeByCounting(Bits& bits) const {
    std::int32_t code = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= kLongestCode; ++length) {
      code |= static_cast<std::int32_t>(bits.Take(1));
      const std::int32_t count = counts_[length];
      if (code - count < first) return symbols_[static_cast<std::size_t>(index + code - first)];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    bits.Spoil();
    return 0;
  }

  std::array<std::uint16_t, kLongestCode + 1> counts_ = {};
  std::array<std::uint16_t, 288> symbols_ = {};
  std::array<ShortCode, 1 << kShort> short_codes_ = {};
};

struct Codes {
  Huffman literals, distances;
};

constexpr std::uint16_t kLengthBase[] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                         15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                         67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::uint8_t kLengthExtra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                         2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::uint16_t kDistanceBase[] = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

void FixedCodes(Codes& codes) {
  std::array<std::uint8_t, 288> lengths;
  for (unsigned i = 0; i < 288; ++i) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  codes.literals.Build(lengths.data(), 288);
  lengths.fill(5);
  codes.distances.Build(lengths.data(), 30);
}

/// The code lengths of a dynamic block, themselves run-length and Huffman coded.
void DynamicCodes(Bits& bits, Codes& codes) {
  static constexpr std::uint8_t kOrder[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                            11, 4,  12, 3, 13, 2, 14, 1, 15};
  const unsigned literals = bits.Take(5) + 257, distances = bits.Take(5) + 1,
                 used = bits.Take(4) + 4;
  std::array<std::uint8_t, 320> lengths = {};
  for (unsigned i = 0; i < used; ++i) lengths[kOrder[i]] = static_cast<std::uint8_t>(bits.Take(3));
  Huffman code;
  code.Build(lengths.data(), 19);
  lengths.fill(0);
  for (unsigned i = 0; i < literals + distances && !bits.bad();) {
    const unsigned symbol = code.Decode(bits);
    if (symbol < 16) {
      lengths[i++] = static_cast<std::uint8_t>(symbol);
      continue;
    }
    const std::uint8_t value = symbol == 16 && i > 0 ? lengths[i - 1] : 0;
    unsigned repeat = symbol == 16   ? 3 + bits.Take(2)
                      : symbol == 17 ? 3 + bits.Take(3)
                                     : 11 + bits.Take(7);
    if (i + repeat > literals + distances) return bits.Spoil();
    while (repeat-- > 0) lengths[i++] = value;
  }
  codes.literals.Build(lengths.data(), literals);
  codes.distances.Build(lengths.data() + literals, distances);
}

void CopyBack(Bits& bits, const Codes& codes, unsigned symbol, std::string& out) {
  symbol -= 257;
  if (symbol >= std::size(kLengthBase)) return bits.Spoil();
  unsigned length = kLengthBase[symbol] + bits.Take(kLengthExtra[symbol]);
  const unsigned code = codes.distances.Decode(bits);
  if (code >= std::size(kDistanceBase)) return bits.Spoil();
  const std::size_t distance = kDistanceBase[code] + bits.Take(code < 2 ? 0 : code / 2 - 1);
  if (distance > out.size()) return bits.Spoil();
  while (length-- > 0) out.push_back(out[out.size() - distance]);
}

void CompressedBlock(Bits& bits, const Codes& codes, std::string& out) {
  while (!bits.bad()) {
    const unsigned symbol = codes.literals.Decode(bits);
    if (symbol == 256) return;
    if (symbol < 256) {
      out.push_back(static_cast<char>(symbol));
    } else {
      CopyBack(bits, codes, symbol, out);
    }
  }
}

void StoredBlock(Bits& bits, std::string& out) {
  bits.Align();
  unsigned length = bits.Take(16);
  if (bits.Take(16) != (length ^ 0xffff)) return bits.Spoil();
  while (length-- > 0 && !bits.bad()) out.push_back(static_cast<char>(bits.Take(8)));
}

void Inflate(Bits& bits, std::string& out) {
  for (bool last = false; !last && !bits.bad();) {
    last = bits.Take(1) != 0;
    const unsigned type = bits.Take(2);
    Codes codes;
    if (type == 0) {
      StoredBlock(bits, out);
      continue;
    }
    if (type == 3) return bits.Spoil();
    if (type == 1) FixedCodes(codes);
    if (type == 2) DynamicCodes(bits, codes);
    CompressedBlock(bits, codes, out);
  }
}

constexpr auto kCrcOfByte = [] {
  std::array<std::uint32_t, 256> table = {};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb8'8320u : 0u);
    table[i] = crc;
  }
  return table;
}();

std::uint32_t Crc32(std::string_view data) {
  std::uint32_t crc = ~0u;
  for (const char c : data)
    crc = crc >> 8 ^ kCrcOfByte[(crc ^ static_cast<unsigned char>(c)) & 255];
  return ~crc;
}

/// The size of the member's header; 0 when it is cut short.
std::size_t HeaderSize(std::string_view text) {
  constexpr unsigned kExtra = 4, kName = 8, kComment = 16, kCrc = 2;
  if (text.size() < 18 || text[2] != 8) return 0;
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned flags = byte(3);
  std::size_t size = 10;
  if ((flags & kExtra) != 0) size += 2u + byte(10) + byte(11) * 256u;
  for (const unsigned flag : {kName, kComment}) {
    if ((flags & flag) == 0) continue;
    const std::size_t end = text.find('\0', size);
    if (end == std::string_view::npos) return 0;
    size = end + 1;
  }
  if ((flags & kCrc) != 0) size += 2;
  return size < text.size() ? size : 0;
}

}  // namespace

bool Decompress(std::string& text, std::string& error) {
  if (!text.starts_with("\x1f\x8b")) return true;
  const std::size_t header = HeaderSize(text);
  Bits bits(std::string_view(text).substr(header));
  std::string out;
  if (header != 0) Inflate(bits, out);
  bits.Align();
  const std::uint32_t crc = bits.TakeWord();
  const std::uint32_t size = bits.TakeWord();
  const bool whole = header != 0 && !bits.bad() && bits.AtEnd();
  if (!whole || crc != Crc32(out) || size != static_cast<std::uint32_t>(out.size())) {
    error = "damaged gzip data";
    return false;
  }
  text = std::move(out);
  return true;
}

}  // namespace trivet::sim
