#include "tools/runner/options.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace trivet::runner {
namespace {

constexpr char kUsage[] =
    "usage: runner --qemu PATH --machine FILE --image FILE [--timeout SECONDS] [--require-pass] "
    "[--cpu MODEL] [--icount] [-- GUEST ARGUMENT...]";

using Error = std::unexpected<std::string>;

std::expected<int, std::string> ParseSeconds(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    return Error("--timeout needs a number of seconds, not '" + text + "'");
  }
  return value;
}

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
  std::string config = "enable=on,target=native,arg=";
  config += EscapeCommas(std::filesystem::path(options.image).filename());
  for (const std::string& argument : options.guest_arguments) {
    config += ",arg=" + EscapeCommas(argument);
  }
  return config;
}

std::expected<void, std::string> CheckFiles(const Options& options) {
  std::error_code error;
  if (access(options.qemu.c_str(), X_OK) != 0) return Error("no QEMU at '" + options.qemu + "'");
  const auto size = std::filesystem::file_size(options.image, error);
  if (error) return Error("no image at '" + options.image + "'");
  if (size == 0) return Error("the image '" + options.image + "' is empty");
  return {};
}

}  // namespace

std::expected<Options, std::string> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  std::string timeout = "0";
  const std::map<std::string, std::string*> values = {{"--qemu", &options.qemu},
                                                      {"--machine", &options.machine},
                                                      {"--image", &options.image},
                                                      {"--cpu", &options.cpu},
                                                      {"--timeout", &timeout}};
  const std::map<std::string, bool*> flags = {{"--require-pass", &options.require_pass},
                                              {"--icount", &options.icount}};
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (*argument == "--") {
      options.guest_arguments.assign(argument + 1, arguments.end());
      break;
    }
    if (const auto flag = flags.find(*argument); flag != flags.end()) {
      *flag->second = true;
      continue;
    }
    const auto value = values.find(*argument);
    if (value == values.end()) return Error("unknown argument '" + *argument + "'; " + kUsage);
    if (argument + 1 == arguments.end()) return Error(*argument + " needs a value; " + kUsage);
    *value->second = *++argument;
  }
  for (const char* required : {"--qemu", "--machine", "--image"}) {
    if (values.at(required)->empty())
      return Error(std::string(required) + " is missing; " + kUsage);
  }
  const auto seconds = ParseSeconds(timeout);
  if (!seconds) return Error(seconds.error());
  options.timeout_seconds = *seconds;
  return options;
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
  command.insert(command.end(), {"-display", "none", "-monitor", "none", "-serial", "stdio", "-nic",
                                 "none", "-no-reboot", "-semihosting-config",
                                 SemihostingConfig(options), "-kernel", options.image});
  return command;
}

}  // namespace trivet::runner
