// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/traces/trace_line.h"

#include <charconv>
#include <format>

namespace trivet::lab {
namespace {

using Kind = Expectation::Kind;

/// Words of one line, and the first thing that went wrong.
class Words {
 public:
  Words(std::string_view text, std::string& error) : rest_(text), error_(error) {}

  std::string_view Peek() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
    return rest_.substr(0, rest_.find_first_of(" \t"));
  }
  std::string_view Next() {
    const std::string_view word = Peek();
    rest_.remove_prefix(word.size());
    return word;
  }
  bool Fail(std::string_view what, std::string_view word) {
    error_ = std::format("{} \"{}\"", what, word);
    return false;
  }
  bool Number(std::string_view word, std::uint64_t& value) {
    std::string_view digits = word;
    if (digits.starts_with("0x")) digits.remove_prefix(2);
    const auto [end, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (code == std::errc() && end == digits.data() + digits.size()) return true;
    return Fail("not a hexadecimal number:", word);
  }
  bool Number(std::string_view word, std::optional<std::uint64_t>& value) {
    return Number(word, value.emplace());
  }

 private:
  std::string_view rest_;
  std::string& error_;
};

bool ParseExceptionField(Words& words, std::string_view word, Expectation& e) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return words.Fail("not a result field:", word);
  const std::string_view key = word.substr(0, equals), value = word.substr(equals + 1);
  if (key == "elr" && value == "PC") return e.elr_is_pc = true;
  if (key == "esr") return words.Number(value, e.esr);
  if (key == "elr") return words.Number(value, e.elr);
  if (key == "spsr") return words.Number(value, e.spsr);
  if (key == "far") return words.Number(value, e.far);
  if (key == "hpfar") return words.Number(value, e.hpfar);
  if (key == "pst") return words.Number(value, e.pst);
  if (key == "x0") return words.Number(value, e.x0);
  return words.Fail("unknown result field:", word);
}

/// "ok", "ok x0=...", "?" or "EL2+400 esr=...".
bool ParseExpectation(Words& words, Expectation& e) {
  const std::string_view head = words.Next();
  if (head == "?") {
    e.kind = Kind::kUnchecked;
  } else if (head == "ok") {
    e.kind = Kind::kCompletes;
  } else if (head.size() > 4 && head.starts_with("EL") && head[3] == '+' && head[2] >= '1' &&
             head[2] <= '3') {
    e.kind = Kind::kException;
    e.el = static_cast<unsigned>(head[2] - '0');
    if (!words.Number(head.substr(4), e.offset)) return false;
  } else {
    return words.Fail("not an outcome:", head);
  }
  while (!words.Peek().empty()) {
    if (!ParseExceptionField(words, words.Next(), e)) return false;
  }
  return true;
}

bool ParseOption(Words& words, std::string_view word, TraceLine& line) {
  if (word == "irq") return line.irq = true;
  if (word == "fiq") return line.fiq = true;
  if (word == "safevbar") return true;
  if (word.starts_with("x1=")) return words.Number(word.substr(3), line.x1);
  if (word.starts_with("daif=")) return words.Number(word.substr(5), line.daif);
  return words.Fail("unknown word:", word);
}

/// The operand of an instruction, when the next word is one: "0x12" or "x5,[x1]".
bool ParseOperand(Words& words, TraceLine& line) {
  const std::string_view word = words.Peek();
  if (word.starts_with("0x")) return words.Number(words.Next(), line.value);
  const bool is_register = word.size() > 1 && (word[0] == 'x' || word[0] == 'w') &&
                           word[1] >= '0' && word[1] <= '9' &&
                           word.find('=') == std::string_view::npos;
  if (!is_register) return true;
  words.Next();
  line.name = {line.name.data(),
               static_cast<std::size_t>(word.data() + word.size() - line.name.data())};
  return true;
}

bool ParseLevel(Words& words, TraceLine& line) {
  line.level = words.Next();
  for (const std::string_view known : {"el0", "el1t", "el1h", "el2t", "el2h"}) {
    if (line.level == known) return true;
  }
  return words.Fail("unknown level:", line.level);
}

bool ParseBody(Words& words, TraceLine& line) {
  if (line.kind == LineKind::kMemory) {
    return words.Number(words.Next(), line.address) && words.Number(words.Next(), line.value);
  }
  if (!ParseLevel(words, line)) return false;
  line.name = words.Next();
  if (line.name.empty() || line.name == "=>")
    return words.Fail("a name is missing before", line.name);
  if (line.kind == LineKind::kWrite) return words.Number(words.Next(), line.value);
  return line.kind == LineKind::kRead || ParseOperand(words, line);
}

}  // namespace

bool ParseTraceLine(std::string_view text, TraceLine& line, std::string& error) {
  line = {};
  Words words(text, error);
  const std::string_view head = words.Next();
  if (head.empty() || head.front() == '#') return true;
  if (head == "M") line.kind = LineKind::kMemory;
  if (head == "W") line.kind = LineKind::kWrite;
  if (head == "R") line.kind = LineKind::kRead;
  if (head == "X") line.kind = LineKind::kExecute;
  if (line.kind == LineKind::kNothing) return words.Fail("unknown operation:", head);
  if (!ParseBody(words, line)) return false;
  while (!words.Peek().empty()) {
    const std::string_view word = words.Next();
    if (word == "=>") return ParseExpectation(words, line.expected);
    if (!ParseOption(words, word, line)) return false;
  }
  return true;
}

}  // namespace trivet::lab
