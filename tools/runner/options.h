// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tools/options/options.h"
#include "tools/runner/dialogue.h"
#include "tools/runner/serial/load.h"
#include "tools/runner/serial/start.h"
#include "tools/runner/serial/u_boot.h"
#include "tools/runner/verdict.h"

namespace trivet::runner {

/// The runner's command line. README.md describes the options.
struct Options {
  enum class Where { kDefault, kQemu, kGdb, kSerial, kOut };

  // From BUILD files.
  std::string qemu;          ///< --qemu: the emulator.
  std::string machine;       ///< --machine: file with the emulator's machine arguments.
  std::string image;         ///< --image: flat image.
  std::string elf;           ///< --elf: the image's source, for a debugger.
  std::string cpu;           ///< --cpu: overrides the machine's CPU model.
  Expectation expected;      ///< --require-pass, or --require-line and --require-status.
  bool icount = false;       ///< --icount: deterministic instruction counting.
  bool semihosting = true;   ///< false: --no-semihosting
  bool interactive = false;  ///< --interactive: our terminal is the guest's
  /// --boot: the emulator's words that start the image; none: -kernel. {image} stands for the
  /// image's path, {firmware} and {esp} and the names of `files` for the paths that follow.
  std::vector<std::string> boot;
  std::vector<std::pair<std::string, std::string>> files;  ///< --file NAME=PATH
  std::string firmware;                                    ///< --firmware: a boot loader.
  std::string esp;                 ///< --esp: a folder that holds the image where UEFI finds it.
  std::vector<Exchange> dialogue;  ///< --expect TEXT --send TEXT: the loader's console.

  // From BUILD files or the user of `bazel run`.
  int timeout_seconds = 0;                   ///< --timeout: 0 means none.
  std::vector<std::string> guest_arguments;  ///< after "--"; with --user the unknown words

  // From the user of `bazel run`.
  bool by_user = false;               ///< --user: the words after it are the user's
  Where where = Where::kDefault;      ///< from --qemu, --gdb, --serial, --out
  std::string serial;                 ///< --serial
  std::string out;                    ///< --out
  bool console = false;               ///< --console
  std::vector<std::string> commands;  ///< --u-boot
  std::string tftp_folder;            ///< --tftp-dir
  std::string payload;                ///< --payload
  UBoot::Options u_boot;              ///< --prompt, --autoboot-key, --wait
  LoadOptions load;                   ///< --address, --tftp, --no-verify
  StartOptions start;                 ///< --start, --fdt

  std::string help;  ///< --help was given: print this and stop
};

/// Parses the words after the program's name. The error is one line for the user.
std::expected<Options, std::string> ParseOptions(std::span<const std::string> words);

/// Of these, the words of the user of `bazel run`. Words that are no option of the runner, and all
/// after "--", become the guest's arguments.
std::expected<void, std::string> ParseUserOptions(std::span<const std::string> words,
                                                  Options& options);

/// The text of --help for the user of `bazel run`.
std::string UserHelp();

}  // namespace trivet::runner
