#include "tools/runner/options.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

namespace trivet::runner {
namespace {

constexpr char kUsage[] =
    "usage: runner --qemu PATH --machine FILE --image FILE [--timeout SECONDS] [--require-pass] "
    "[--require-line TEXT] [--require-status NUMBER] "
    "[--cpu MODEL] [--icount] [--boot QEMU_WORD]... [--firmware FILE] [--esp FOLDER] "
    "[--expect TEXT --send TEXT]... [-- GUEST ARGUMENT...]";

using Error = std::unexpected<std::string>;

std::expected<int, std::string> ParseNumber(const std::string& name, const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    return Error(name + " needs a number, not '" + text + "'");
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
  if (!options.firmware.empty() && access(options.firmware.c_str(), R_OK) != 0) {
    return Error("no boot loader at '" + options.firmware + "'");
  }
  return {};
}

/// A word of --boot with the paths in their places; inside one of QEMU's suboptions commas count.
std::string FillIn(std::string word, const Options& options) {
  const std::pair<std::string, std::string> places[] = {
      {"{image}", options.image}, {"{firmware}", options.firmware}, {"{esp}", options.esp}};
  for (const auto& [place, path] : places) {
    if (word == place) return path;
    const std::size_t at = word.find(place);
    if (at != std::string::npos) word.replace(at, place.size(), EscapeCommas(path));
  }
  return word;
}

using Setter = std::function<void(const std::string&)>;

Setter Set(std::string& value) {
  return [&value](const std::string& text) { value = text; };
}

/// Numbers as they were given.
struct Numbers {
  std::string timeout = "0";
  std::string status = "0";
};

/// What each option with a value does with it.
std::map<std::string, Setter> Setters(Options& options, Numbers& numbers) {
  std::vector<Exchange>& dialogue = options.dialogue;
  return {
      {"--qemu", Set(options.qemu)},
      {"--machine", Set(options.machine)},
      {"--image", Set(options.image)},
      {"--cpu", Set(options.cpu)},
      {"--timeout", Set(numbers.timeout)},
      {"--require-line", Set(options.expected.line)},
      {"--require-status", Set(numbers.status)},
      {"--firmware", Set(options.firmware)},
      {"--esp", Set(options.esp)},
      {"--boot", [&](const std::string& word) { options.boot.push_back(word); }},
      {"--expect", [&](const std::string& text) { dialogue.push_back({text, ""}); }},
      {"--send",
       [&](const std::string& text) {
         if (dialogue.empty()) dialogue.push_back({});  // typed at the first output
         dialogue.back().send += text;
       }},
  };
}

}  // namespace

std::expected<Options, std::string> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  Numbers numbers;
  const auto setters = Setters(options, numbers);
  const std::map<std::string, std::function<void()>> flags = {
      {"--require-pass", [&] { options.expected.line = kPassLine; }},
      {"--icount", [&] { options.icount = true; }}};
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (*argument == "--") {
      options.guest_arguments.assign(argument + 1, arguments.end());
      break;
    }
    if (const auto flag = flags.find(*argument); flag != flags.end()) {
      flag->second();
      continue;
    }
    const auto setter = setters.find(*argument);
    if (setter == setters.end()) return Error("unknown argument '" + *argument + "'; " + kUsage);
    if (argument + 1 == arguments.end()) return Error(*argument + " needs a value; " + kUsage);
    setter->second(*++argument);
  }
  const std::map<std::string, const std::string*> required = {
      {"--qemu", &options.qemu}, {"--machine", &options.machine}, {"--image", &options.image}};
  for (const auto& [name, value] : required) {
    if (value->empty()) return Error(name + " is missing; " + kUsage);
  }
  const auto seconds = ParseNumber("--timeout", numbers.timeout);
  if (!seconds) return Error(seconds.error());
  options.timeout_seconds = *seconds;
  const auto status = ParseNumber("--require-status", numbers.status);
  if (!status) return Error(status.error());
  options.expected.status = *status;
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
  command.insert(command.end(),
                 {"-display", "none", "-monitor", "none", "-serial", "stdio", "-nic", "none",
                  "-no-reboot", "-semihosting-config", SemihostingConfig(options)});
  if (options.boot.empty()) command.insert(command.end(), {"-kernel", options.image});
  for (const std::string& word : options.boot) command.push_back(FillIn(word, options));
  return command;
}

}  // namespace trivet::runner
