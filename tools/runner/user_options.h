#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/runner/serial/load.h"
#include "tools/runner/serial/start.h"

namespace trivet::runner {

/// What the user of `bazel run` asks for; README.md says what each option does.
struct UserOptions {
  enum class Where { kUnsaid, kQemu, kGdb, kSerial, kOut };

  Where where = Where::kUnsaid;
  std::string serial;                         ///< --serial=DEVICE[@BAUD]
  std::string out;                            ///< --out=DIR
  bool console = false;                       ///< --console
  std::optional<int> timeout_seconds;         ///< --timeout=SECONDS
  LoadMethod load = LoadMethod::kLoady;       ///< --load=WAY
  StartCommand start = StartCommand::kBooti;  ///< --start=COMMAND
  std::optional<std::uint64_t> address;       ///< --address=HEX
  std::string device_tree;                    ///< --fdt=HEX
  std::string prompt;                         ///< --prompt=TEXT
  std::string autoboot_key;                   ///< --autoboot-key=TEXT
  int wait_seconds = 30;                      ///< --wait=SECONDS
  std::string tftp_server;                    ///< --tftp=SERVER, which is also --load=tftp
  std::string tftp_folder;                    ///< --tftp-dir=DIR
  std::vector<std::string> commands;          ///< --u-boot=COMMAND, repeated
  std::string payload;                        ///< --payload=FILE
  bool verify = true;                         ///< not --no-verify
};

/// The runner's options in `arguments`, and the guest's arguments: all others, and everything after
/// `--`. Both --name=value and --name value. The error is one line for the user.
std::expected<UserOptions, std::string> ParseUserArguments(
    std::span<const std::string> arguments, std::vector<std::string>& guest_arguments);

/// How many words at the beginning of `arguments` are one option of the runner's: 0, 1 or 2.
std::size_t UserOptionWords(std::span<const std::string> arguments);

/// All of them, for a usage line.
std::string UserOptionNames();

}  // namespace trivet::runner
