// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/measurements.h"

#include <format>
#include <vector>

#include "lab/board/line_reader.h"
#include "lab/board/words.h"

namespace trivet::lab::board {
namespace {

/// The register of that name that is measured with that E2H.
hal::RegisterId FindProbed(std::string_view name, bool e2h) {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    const bool fits =
        info.layout == hal::Layout::kAny || (info.layout == hal::Layout::kE2hSet) == e2h;
    if (fits && IsProbed(info) && info.name == name) return info.id;
  }
  return hal::RegisterId::kCount;
}

class Reader {
 public:
  explicit Reader(Measurements& measured) : measurements_(measured) {}

  /// False: the line is damaged or makes no sense.
  bool Line(std::string_view line) {
    if (!IsOurs(line.substr(0, line.find(' ')))) return true;
    const auto checked = CheckedWords(line);
    if (!checked) return false;
    const Words& words = *checked;
    if (words[0] == kFirstWord) return Begin(words);
    if (words[0] == kLastWord) return End(words);
    ++lines_;
    return words[0] == "reg" ? Register(words) : Walk(words);
  }

  bool began() const { return began_; }
  bool ended() const { return ended_; }

 private:
  static bool IsOurs(std::string_view word) {
    return word == kFirstWord || word == kLastWord || word == "reg" || word == "walk";
  }

  bool Begin(const Words& words) {
    const auto n = Numbers(words, 1, 3);
    if (n.empty() || n[0] != kFormat) return false;
    measurements_ = {.has_e2h = n[1] != 0, .has_no_e2h = n[2] != 0, .records = {}};
    lines_ = 0;
    began_ = true;
    return true;
  }

  bool Register(const Words& words) {
    const auto n = Numbers(words, 2, 7);
    if (n.empty()) return false;
    const hal::RegisterId id = FindProbed(words[1], n[0] != 0);
    if (id == hal::RegisterId::kCount) return false;
    measurements_.records[{id, n[0] != 0}] = RecordOf({.id = id,
                                                       .e2h = n[0] != 0,
                                                       .written = n[1] != 0,
                                                       .read_esr = n[2],
                                                       .write_esr = n[3],
                                                       .now = n[4],
                                                       .zeros = n[5],
                                                       .ones = n[6]});
    return true;
  }

  bool Walk(const Words& words) {
    const auto n = Numbers(words, 2, 4);
    if (n.empty() || n[2] > 63) return false;
    const auto record = measurements_.records.find({FindProbed(words[1], n[0] != 0), n[0] != 0});
    if (record == measurements_.records.end()) return false;
    SetWalk(record->second, n[1] != 0, static_cast<unsigned>(n[2]), n[3]);
    return true;
  }

  bool End(const Words& words) {
    const auto n = Numbers(words, 1, 1);
    ended_ = began_ && !n.empty() && n[0] == lines_;
    return ended_;
  }

  Measurements& measurements_;
  std::uint64_t lines_ = 0;
  bool began_ = false, ended_ = false;
};

}  // namespace

const Record* Measurements::Find(std::string_view name) const {
  for (const auto& [key, record] : records) {
    if (hal::InfoOf(key.first).name == name) return &record;
  }
  return nullptr;
}

Record RecordOf(const Result& result) {
  Record record = {.result = result, .read_back = {}, .refusal = {}};
  record.read_back[0] = result.zeros;
  record.read_back[1] = result.ones;
  for (unsigned bit = 0; bit < 64; ++bit) {
    SetWalk(record, true, bit, Predicted(result, true, bit));
    SetWalk(record, false, bit, Predicted(result, false, bit));
  }
  return record;
}

void SetWalk(Record& record, bool one, unsigned bit, std::uint64_t value) {
  record.read_back[(one ? 2u : 66u) + bit] = value;
}

bool ParseMeasurements(std::string_view console, Measurements& measured, std::string& error) {
  Reader reader(measured);
  std::string_view line;
  for (ConsoleLines lines(console); !reader.ended() && lines.Next(line);) {
    if (reader.Line(line)) continue;
    error = std::format("line {} of the console is damaged: {}", lines.number(), line);
    return false;
  }
  if (!reader.began())
    error = "the console has no results";
  else if (!reader.ended())
    error = "the results have no end: the run stopped in the middle";
  return reader.ended();
}

}  // namespace trivet::lab::board
