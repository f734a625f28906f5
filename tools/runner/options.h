#pragma once

#include <expected>
#include <string>
#include <vector>

namespace trivet::runner {

/// What the command line asks for.
struct Options {
  std::string qemu;           ///< --qemu: the emulator.
  std::string machine;        ///< --machine: file with the emulator's machine arguments.
  std::string image;          ///< --image: flat image.
  std::string cpu;            ///< --cpu: overrides the machine's CPU model.
  int timeout_seconds = 0;    ///< --timeout: 0 means none.
  bool require_pass = false;  ///< --require-pass: needs the image's PASS line too.
  bool icount = false;        ///< --icount: deterministic instruction counting.
  std::vector<std::string> guest_arguments;  ///< after --
};

/// Parses the arguments after the program's name. The error is one line for the user.
std::expected<Options, std::string> ParseOptions(const std::vector<std::string>& arguments);

/// The emulator's whole command line, --qemu first. The error is one line: which file is missing.
std::expected<std::vector<std::string>, std::string> QemuCommand(const Options& options);

}  // namespace trivet::runner
