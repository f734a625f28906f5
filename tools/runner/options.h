#pragma once

#include <expected>
#include <string>
#include <vector>

#include "tools/runner/dialogue.h"
#include "tools/runner/user_options.h"
#include "tools/runner/verdict.h"

namespace trivet::runner {

/// What the command line asks for.
struct Options {
  std::string qemu;         ///< --qemu: the emulator.
  std::string machine;      ///< --machine: file with the emulator's machine arguments.
  std::string image;        ///< --image: flat image.
  std::string elf;          ///< --elf: what the image was made of, for a debugger.
  std::string cpu;          ///< --cpu: overrides the machine's CPU model.
  int timeout_seconds = 0;  ///< --timeout: 0 means none.
  Expectation expected;     ///< --require-pass, or --require-line and --require-status.
  bool icount = false;      ///< --icount: deterministic instruction counting.
  /// --boot: the emulator's words that make it start the image; none: -kernel. In them {image}
  /// stands for the image's path and {firmware} and {esp} for the paths that follow.
  std::vector<std::string> boot;
  std::string firmware;  ///< --firmware: a boot loader.
  std::string esp;       ///< --esp: a folder that holds the image where UEFI looks for it.
  std::vector<Exchange> dialogue;            ///< --expect TEXT --send TEXT: the loader's console.
  std::vector<std::string> guest_arguments;  ///< after --, or after --user those not the runner's
  bool by_user = false;                      ///< --user: what follows is what the user typed
  UserOptions user;                          ///< of that, what is the runner's
};

/// Parses the arguments after the program's name. The error is one line for the user.
std::expected<Options, std::string> ParseOptions(const std::vector<std::string>& arguments);

}  // namespace trivet::runner
