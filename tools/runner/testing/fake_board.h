// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/runner/testing/fake_receiver.h"

namespace trivet::runner::testing {

/// A board with U-Boot on a serial line, as far as the runner can tell: the console's echo and
/// editing, the commands that it types, receivers, memory. Knows nothing of what should be loaded.
class FakeBoard {
 public:
  struct Config {
    std::string prompt = "=> ";
    std::string banner = "\r\nU-Boot 2025.01 (Jan 01 2025)\r\n\r\n";
    int boot_ms = 0;       ///< until it listens; what is typed before is lost, but for one key
    int autoboot_ms = -1;  ///< countdown; -1: it is at its prompt
    std::map<std::string, std::string> variables = {{"kernel_addr_r", "0x40400000"},
                                                    {"fdtcontroladdr", "4e577df0"}};
    std::set<std::string> missing;            ///< commands it does not have
    std::map<std::string, std::string> tftp;  ///< files on the server
    bool dhcp = true;
    bool bad_memory = false;  ///< one bit of it is stuck
    std::string run = "hello\r\nTRIVET-IMAGE: PASS\r\nTRIVET-IMAGE: STATUS 0\r\n";
  };

  explicit FakeBoard(Config config);

  void Input(char byte, int now_ms);
  /// The time of Timer() has come.
  void Tick(int now_ms);
  /// When something happens by itself; nothing: never.
  std::optional<int> Timer() const;
  /// What it has sent since the last call.
  std::string Output();

  const std::vector<std::string>& entered() const { return entered_; }  ///< commands
  bool repeated() const { return repeated_; }  ///< an empty line repeated the last command
  bool autobooted() const { return autobooted_; }
  /// The memory that was jumped into, as long as the image was; nothing: not started.
  std::optional<std::string> started() const { return started_; }
  std::string Memory(std::uint64_t address, std::size_t size) const;
  const std::map<std::string, std::string>& variables() const { return config_.variables; }

 private:
  enum class State { kOff, kCountdown, kPrompt, kReceive, kRunning };

  void Print(const std::string& text) { output_ += text; }
  void Prompt();
  void Key(char byte, int now_ms);
  void Enter(int now_ms);
  void Execute(const std::vector<std::string>& words, int now_ms);
  void Crc(const std::vector<std::string>& words);
  void Receive(const std::vector<std::string>& words, int now_ms);
  void Tftp(const std::vector<std::string>& words);
  void Jump(const std::string& address);
  void AfterReceiving();
  void Store(std::uint64_t address, const std::string& data);

  Config config_;
  State state_;
  int timer_ = -1;
  std::string line_, last_line_;
  std::string output_;
  std::optional<FakeReceiver> receiver_;
  std::uint64_t address_ = 0;  ///< of what is being loaded
  std::map<std::uint64_t, std::string> memory_;
  std::vector<std::string> entered_;
  bool repeated_ = false, autobooted_ = false;
  std::optional<std::string> started_;
};

}  // namespace trivet::runner::testing
