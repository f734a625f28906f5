// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/qemu_command.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace trivet::runner {
namespace {

using Error = std::unexpected<std::string>;

std::expected<std::vector<std::string>, std::string> ReadWords(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error("no machine file at '" + path + "'");
  return std::vector<std::string>(std::istream_iterator<std::string>(file), {});
}

/// A comma ends a suboption's value in QEMU; two commas are one.
std::string EscapeCommas(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == ',' ? ",," : std::string(1, c);
  return escaped;
}

std::string SemihostingConfig(const Options& options) {
  if (!options.semihosting) return "enable=off";
  std::string config = "enable=on,target=native,arg=";
  config += EscapeCommas(std::filesystem::path(options.image).filename());
  for (const std::string& argument : options.guest_arguments) {
    config += ",arg=" + EscapeCommas(argument);
  }
  return config;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::expected<void, std::string> CheckFiles(const Options& options) {
  if (access(options.qemu.c_str(), X_OK) != 0) return Error("no QEMU at '" + options.qemu + "'");
  const auto image = CheckImage(options.image);
  if (!image) return image;
  if (!options.firmware.empty() && access(options.firmware.c_str(), R_OK) != 0) {
    return Error("no boot loader at '" + options.firmware + "'");
  }
  for (const auto& [name, path] : options.files) {
    if (access(path.c_str(), R_OK) != 0) return Error("no " + name + " at '" + path + "'");
  }
  return {};
}

/// A word of --boot with the paths in their places; inside one of QEMU's suboptions commas count.
std::string FillIn(std::string word, const Options& options) {
  std::vector<std::pair<std::string, std::string>> places = {
      {"{image}", options.image}, {"{firmware}", options.firmware}, {"{esp}", options.esp}};
  for (const auto& [name, path] : options.files) places.emplace_back("{" + name + "}", path);
  for (const auto& [place, path] : places) {
    if (word == place) return path;
    const std::size_t at = word.find(place);
    if (at != std::string::npos) word.replace(at, place.size(), EscapeCommas(path));
  }
  return word;
}

}  // namespace

std::expected<void, std::string> CheckImage(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Error("no image at '" + path + "'");
  if (size == 0) return Error("the image '" + path + "' is empty");
  return {};
}

std::expected<std::vector<std::string>, std::string> QemuCommand(const Options& options) {
  if (const auto files = CheckFiles(options); !files) return Error(files.error());
  const auto machine = ReadWords(options.machine);
  if (!machine) return Error(machine.error());

  std::vector<std::string> command = {options.qemu};
  command.insert(command.end(), machine->begin(), machine->end());
  // QEMU takes the last -cpu.
  if (!options.cpu.empty()) command.insert(command.end(), {"-cpu", options.cpu});
  if (options.icount) command.insert(command.end(), {"-icount", "shift=0,sleep=off"});
  command.insert(command.end(), {"-display", "none", "-nic", "none", "-no-reboot",
                                 "-semihosting-config", SemihostingConfig(options)});
  if (options.interactive) {
    command.insert(command.end(), {"-serial", "mon:stdio"});
  } else {
    command.insert(command.end(), {"-monitor", "none", "-serial", "stdio"});
  }
  if (!options.semihosting && !options.guest_arguments.empty()) {
    command.insert(command.end(), {"-append", Joined(options.guest_arguments)});
  }
  if (options.boot.empty()) command.insert(command.end(), {"-kernel", options.image});
  for (const std::string& word : options.boot) command.push_back(FillIn(word, options));
  return command;
}

}  // namespace trivet::runner
