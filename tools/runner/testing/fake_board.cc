// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/testing/fake_board.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "freestanding/text/crc32.h"

namespace trivet::runner::testing {
namespace {

constexpr std::uint64_t kRam = 0x4000'0000;
constexpr std::size_t kRamSize = 1 << 20 << 3;

std::uint64_t Number(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 16); }

/// Words as the shell splits them; 'quotes' hold a word together.
std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words;
  bool in_word = false, quoted = false;
  for (const char c : line) {
    if (c == '\'') quoted = !quoted;
    if (!quoted && c == ' ') {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c != '\'') words.back() += c;
  }
  return words;
}

std::string Format(const char* format, auto... values) {
  char text[200];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

}  // namespace

FakeBoard::FakeBoard(Config config)
    : config_(std::move(config)), state_(config_.autoboot_ms < 0 ? State::kPrompt : State::kOff) {
  memory_[kRam] = std::string(kRamSize, '\x55');
  if (state_ == State::kOff) timer_ = config_.boot_ms;
}

std::optional<int> FakeBoard::Timer() const {
  if (state_ == State::kReceive) return receiver_->Deadline();
  return timer_ >= 0 ? std::optional(timer_) : std::nullopt;
}

std::string FakeBoard::Output() { return std::exchange(output_, {}); }

void FakeBoard::Tick(int now_ms) {
  if (state_ == State::kReceive) {
    receiver_->Timeout(now_ms);
    AfterReceiving();
  } else if (state_ == State::kOff) {
    Print(config_.banner + "Hit any key to stop autoboot:  2 ");
    state_ = State::kCountdown;
    timer_ = now_ms + config_.autoboot_ms;
  } else if (state_ == State::kCountdown) {
    timer_ = -1;
    autobooted_ = true;
    state_ = State::kRunning;
    Print("\r\nBooting from mmc 0 ...\r\n");
  }
}

void FakeBoard::Prompt() {
  state_ = State::kPrompt;
  timer_ = -1;
  line_.clear();
  Print(config_.prompt);
}

void FakeBoard::Input(char byte, int now_ms) {
  switch (state_) {
    case State::kOff:
    case State::kRunning: return;
    case State::kCountdown: Print("\b\b 0 \r\n"); return Prompt();
    case State::kPrompt: return Key(byte, now_ms);
    case State::kReceive: receiver_->Byte(byte, now_ms); return AfterReceiving();
  }
}

void FakeBoard::Key(char byte, int now_ms) {
  if (byte == '\r' || byte == '\n') return Enter(now_ms);
  if (byte == 0x03) {
    Print("<INTERRUPT>\r\n");
    return Prompt();
  }
  if (byte == 0x18) {
    for (; !line_.empty(); line_.pop_back()) Print("\b \b");
    return;
  }
  if (byte < ' ' || byte > '~') return;
  line_ += byte;
  Print(std::string(1, byte));
}

void FakeBoard::Enter(int now_ms) {
  Print("\r\n");
  if (line_.empty() && !last_line_.empty()) repeated_ = true;
  if (line_.empty()) return Prompt();
  last_line_ = std::exchange(line_, {});
  entered_.push_back(last_line_);
  Execute(Words(last_line_), now_ms);
  if (state_ == State::kPrompt) Prompt();
}

void FakeBoard::Execute(const std::vector<std::string>& words, int now_ms) {
  const std::string& command = words.empty() ? last_line_ : words[0];
  static const std::set<std::string> kKnown = {"booti",    "bootefi", "crc32",    "dhcp",
                                               "echo",     "go",      "help",     "loady",
                                               "printenv", "setenv",  "tftpboot", "version"};
  const auto has = [&](const std::string& name) {
    return kKnown.contains(name) && !config_.missing.contains(name);
  };
  const auto unknown = [&](const std::string& name) {
    Print("Unknown command '" + name + "' - try 'help'\r\n");
  };
  const std::string word = words.size() > 1 ? words[1] : "";
  if (!has(command)) return unknown(command);
  if (command == "echo") return Print(word + "\r\n");
  if (command == "version") return Print("U-Boot 2025.01 (Jan 01 2025)\r\n\r\naarch64-gcc\r\n");
  if (command == "help") return has(word) ? Print(word + " - does it\r\n") : unknown(word);
  if (command == "crc32") return Crc(words);
  if (command == "loady") return Receive(words, now_ms);
  if (command == "tftpboot") return Tftp(words);
  if (command == "dhcp") {
    if (config_.dhcp) config_.variables["ipaddr"] = "10.0.2.15";
    return Print("DHCP client\r\n");
  }
  if (command == "setenv") {
    config_.variables.erase(word);
    if (words.size() > 2) config_.variables[word] = words[2];
    return;
  }
  if (command == "printenv") {
    const auto found = config_.variables.find(word);
    return Print(found == config_.variables.end() ? "## Error: \"" + word + "\" not defined\r\n"
                                                  : word + "=" + found->second + "\r\n");
  }
  Jump(word);
}

void FakeBoard::Crc(const std::vector<std::string>& words) {
  if (words.size() != 3) return Print("Usage:\r\n");
  const std::uint64_t address = Number(words[1]), size = Number(words[2]);
  const std::string memory = Memory(address, size);
  if (memory.empty()) return Print("\"Synchronous Abort\" handler\r\n");
  Print(Format("crc32 for %08llx ... %08llx ==> %08x\r\n", static_cast<unsigned long long>(address),
               static_cast<unsigned long long>(address + size - 1), text::Crc32(memory)));
}

void FakeBoard::Receive(const std::vector<std::string>& words, int now_ms) {
  address_ = words.size() > 1 ? Number(words[1]) : kRam;
  Print("## Ready for binary (ymodem) download at 115200 bps...\r\n");
  state_ = State::kReceive;
  receiver_.emplace(
      !config_.missing.contains("crc"), [this](char byte) { output_ += byte; }, now_ms);
}

void FakeBoard::AfterReceiving() {
  if (!receiver_->ended()) return;
  Store(address_, receiver_->data());
  const std::size_t size = receiver_->data().size();
  Print(receiver_->failed()
            ? "## Binary download aborted\r\n"
            : Format("\r\n## Total Size      = 0x%08zx = %zu Bytes\r\n", size, size));
  receiver_.reset();
  Prompt();
}

void FakeBoard::Tftp(const std::vector<std::string>& words) {
  const auto file = words.size() == 3 && config_.variables.contains("ipaddr")
                        ? config_.tftp.find(words[2])
                        : config_.tftp.end();
  if (file == config_.tftp.end()) return Print("TFTP error: 'File not found' (1)\r\n");
  Store(Number(words[1]), file->second);
  Print(Format("Bytes transferred = %zu (%zx hex)\r\n", file->second.size(), file->second.size()));
}

void FakeBoard::Jump(const std::string& address) {
  Print("## Starting application\r\n");
  started_ = Memory(Number(address), 1 << 20);
  Print(config_.run);
  state_ = State::kRunning;
}

std::string FakeBoard::Memory(std::uint64_t address, std::size_t size) const {
  const std::string& ram = memory_.at(kRam);
  if (address < kRam || address - kRam > ram.size()) return "";
  return ram.substr(address - kRam, size);
}

void FakeBoard::Store(std::uint64_t address, const std::string& data) {
  std::string& ram = memory_.at(kRam);
  if (address < kRam || address - kRam + data.size() > ram.size()) return;
  ram.replace(address - kRam, data.size(), data);
  if (config_.bad_memory && data.size() > 100) ram[address - kRam + 100] = '\x7f';
}

}  // namespace trivet::runner::testing
