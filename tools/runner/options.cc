#include "tools/runner/options.h"

#include <charconv>
#include <functional>
#include <map>
#include <span>

#include "tools/runner/console.h"

namespace trivet::runner {
namespace {

constexpr char kUsage[] =
    "usage: runner --qemu PATH --machine FILE --image FILE [--timeout SECONDS] [--require-pass] "
    "[--require-line TEXT] [--require-status NUMBER] "
    "[--cpu MODEL] [--icount] [--boot QEMU_WORD]... [--firmware FILE] [--esp FOLDER] "
    "[--expect TEXT --send TEXT]... [--elf FILE] "
    "[-- GUEST ARGUMENT... | --user ARGUMENT OF THE USER...]";

using Error = std::unexpected<std::string>;

std::expected<int, std::string> ParseNumber(const std::string& name, const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    return Error(name + " needs a number, not '" + text + "'");
  }
  return value;
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
      {"--elf", Set(options.elf)},
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
    if (*argument == "--user") {
      auto user =
          ParseUserArguments(std::span(argument + 1, arguments.end()), options.guest_arguments);
      if (!user) return Error(user.error());
      options.user = std::move(*user);
      options.by_user = true;
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
  options.timeout_seconds = options.user.timeout_seconds.value_or(*seconds);
  const auto status = ParseNumber("--require-status", numbers.status);
  if (!status) return Error(status.error());
  options.expected.status = *status;
  return options;
}

}  // namespace trivet::runner
