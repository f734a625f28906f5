// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tools/runner/serial/wire.h"

namespace trivet::runner {

/// U-Boot at the other end of a wire that may lose, change and repeat bytes. A command is entered
/// only after its echo has been seen whole, and output counts only when it was the same twice,
/// or carries its own proof. What any prompt looks like is learned.
///
/// [u-boot] doc/usage: cmdline, environment; ^C drops what was typed, an empty line repeats the
/// last command, so none is ever sent.
class UBoot {
 public:
  struct Options {
    std::string prompt;     ///< the prompt must end with this; empty: any prompt
    std::string key;        ///< stops autoboot in addition to ^C
    int wait_seconds = 30;  ///< time limit for finding it
  };

  UBoot(Wire& wire, Options options) : wire_(wire), options_(std::move(options)) {}

  /// Stops autoboot or whatever else goes on, until there is a prompt.
  OrEnd<void> Connect();

  /// Enters a command that may be entered again, and returns what it printed, without carriage
  /// returns. It has `limit` to give the prompt back.
  OrEnd<std::string> Run(const std::string& command, milliseconds limit = kCommandLimit);

  /// Repeats the command until its output is the same twice in a row.
  OrEnd<std::string> Ask(const std::string& command);

  /// Enters a command that is not to come back to the prompt.
  OrEnd<void> Start(const std::string& command);

  /// Waits until the prompt is back after Start(), or `limit` is over.
  OrEnd<void> AwaitPrompt(milliseconds limit);

  /// An environment variable's value; empty: there is none.
  OrEnd<std::string> Variable(const std::string& name);

  /// Whether it has such a command.
  OrEnd<bool> Has(const std::string& command);

  std::string_view prompt() const { return prompt_; }

 private:
  static constexpr milliseconds kCommandLimit{3'000};
  static constexpr milliseconds kQuiet{60};

  OrEnd<void> Type(const std::string& command);
  OrEnd<bool> TypeOnce(const std::string& command, bool slowly);
  OrEnd<bool> Echoes(std::string_view text, milliseconds limit);
  OrEnd<std::string> Interrupt(const std::string& key = "", milliseconds limit = 20 * kQuiet);
  OrEnd<std::optional<std::string>> LearnPrompt();
  OrEnd<std::optional<std::string>> Answer(const std::string& command, milliseconds limit);
  OrEnd<void> CheckThatItIsUBoot();

  Wire& wire_;
  Options options_;
  std::string prompt_;
  unsigned questions_ = 0;
  unsigned unanswered_ = 0;
};

/// What U-Boot's `crc32 ADDRESS SIZE` printed for exactly that range; nothing when it is garbled.
std::optional<std::uint32_t> ParseCrc32(std::string_view output, std::uint64_t address,
                                        std::uint64_t size);

/// A hexadecimal number, with or without 0x; nothing else.
std::optional<std::uint64_t> ParseHex(std::string_view text);

/// As U-Boot reads it.
std::string Hex(std::uint64_t value);

}  // namespace trivet::runner
