// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/options.h"

#include <algorithm>

#include "tools/runner/console.h"
#include "tools/user_path.h"

namespace trivet::runner {
namespace {

using tools::Command;
using tools::Setter;
using Done = std::expected<void, std::string>;
using Where = Options::Where;

using Error = std::unexpected<std::string>;

/// Sets `target` to a value that is not empty.
Setter Needed(std::string& target, std::string what,
              std::string (*convert)(std::string_view) = nullptr) {
  return [&target, what = std::move(what), convert](const std::string& value) -> Done {
    if (value.empty()) return Error("needs " + what);
    target = convert == nullptr ? value : convert(value);
    return {};
  };
}

Setter Address(std::optional<std::uint64_t>& target) {
  return [&target](const std::string& value) -> Done {
    target = ParseHex(value);
    if (target && *target % 4096 == 0) return {};
    return Error("needs a hexadecimal multiple of 0x1000, not '" + value + "'");
  };
}

Setter Clear(bool& target) {
  return [&target](const std::string&) { return (target = false), Done(); };
}

/// What BUILD files give.
Command BuildCommand(Options& o) {
  std::vector<Exchange>& dialogue = o.dialogue;
  const Setter expect = [&](const std::string& text) {
    return dialogue.push_back({text, ""}), Done();
  };
  const Setter send = [&](const std::string& text) {
    if (dialogue.empty()) dialogue.push_back({});  // typed at the first output
    return (dialogue.back().send += text), Done();
  };
  const Setter file = [&o](const std::string& pair) -> Done {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals >= pair.size() - 1) return Error("needs NAME=PATH");
    return o.files.emplace_back(pair.substr(0, equals), pair.substr(equals + 1)), Done();
  };
  const Setter require_pass = [&o](const std::string&) {
    return (o.expected.line = kPassLine), Done();
  };
  return {
      .usage = "runner OPTION... [-- GUEST_ARGUMENT... | --user OPTION_OF_BAZEL_RUN...]",
      .options = {
          {"--qemu", "PATH", "the emulator", &o.qemu},
          {"--machine", "FILE", "its machine arguments", &o.machine},
          {"--image", "FILE", "flat image", &o.image},
          {"--elf", "FILE", "the image's source, for a debugger", &o.elf},
          {"--cpu", "MODEL", "CPU model instead of the machine's", &o.cpu},
          {"--timeout", "SECONDS", "run-time limit; 0 disables it", &o.timeout_seconds},
          {"--require-pass", "", "the console must have the line of a passed test", require_pass},
          {"--require-line", "TEXT", "the console must have this line", &o.expected.line},
          {"--require-status", "NUMBER", "the guest's status must be this", &o.expected.status},
          {"--icount", "", "count instructions deterministically", &o.icount},
          {"--boot", "WORD", "QEMU's argument that starts the image, repeated", &o.boot},
          {"--firmware", "FILE", "boot loader, {firmware} in --boot", &o.firmware},
          {"--esp", "FOLDER", "EFI system partition, {esp} in --boot", &o.esp},
          {"--file", "NAME=PATH", "a file of the machine, {NAME} in --boot, repeated", file},
          {"--no-semihosting", "", "the image cannot use semihosting", Clear(o.semihosting)},
          {"--interactive", "", "what is typed goes to the guest; ^A x ends it", &o.interactive},
          {"--expect", "TEXT", "wait for this on the boot loader's console", expect},
          {"--send", "TEXT", "then type this", send}}};
}

/// What the user of `bazel run` gives, and flags to check together.
struct User {
  bool qemu = false, gdb = false;

  Command For(Options& o) {
    const auto start =
        tools::OneOf<StartCommand>(o.start.command, {{"booti", StartCommand::kBooti},
                                                     {"go", StartCommand::kGo},
                                                     {"bootefi", StartCommand::kBootefi}});
    return {.usage = "bazel run TARGET -- [OPTION...] [ARGUMENT_OF_THE_IMAGE...]",
            .options =
                {{"--qemu", "", "run on QEMU's model of the board; the default", &qemu},
                 {"--gdb", "", "the same, halted for a debugger", &gdb},
                 {"--serial", "DEVICE[@BAUD]", "run on a board through the U-Boot on this line",
                  Needed(o.serial, "a device")},
                 {"--out", "DIR", "write files for a card or a TFTP server instead",
                  Needed(o.out, "a folder", tools::UserPath)},
                 {"--console", "", "show the boot loader's console too", &o.console},
                 {"--timeout", "SECONDS", "run-time limit; 0 disables it", &o.timeout_seconds},
                 {"--start", "booti|go|bootefi", "U-Boot's command that starts the image", start},
                 {"--address", "HEX", "load address", Address(o.load.address)},
                 {"--fdt", "HEX", "address of the device tree for booti", &o.start.device_tree},
                 {"--prompt", "TEXT", "end of U-Boot's prompt", &o.u_boot.prompt},
                 {"--autoboot-key", "TEXT", "stops autoboot where ^C does not", &o.u_boot.key},
                 {"--wait", "SECONDS", "time limit for U-Boot's prompt", &o.u_boot.wait_seconds},
                 {"--tftp", "SERVER", "load by network",
                  Needed(o.load.tftp_server, "the server's address")},
                 {"--tftp-dir", "DIR", "the server's root, where the image is put",
                  tools::Path{&o.tftp_folder}},
                 {"--u-boot", "COMMAND", "typed before the image is loaded, repeated", &o.commands},
                 {"--payload", "FILE", "appended to an image that has room for it",
                  tools::Path{&o.payload}},
                 {"--no-verify", "", "start without comparing checksums", Clear(o.load.verify)}},
            .takes_operands = true,
            .passes_unknown_options = true};
  }
};

}  // namespace

std::expected<void, std::string> ParseUserOptions(std::span<const std::string> words,
                                                  Options& options) {
  User user;
  const Command command = user.For(options);
  auto rest = tools::Parse(command, words);
  if (!rest) return Error(rest.error());
  if (rest->help) options.help = tools::Help(command);
  options.guest_arguments = std::move(rest->operands);
  const std::pair<bool, Where> places[] = {{user.qemu, Where::kQemu},
                                           {user.gdb, Where::kGdb},
                                           {!options.serial.empty(), Where::kSerial},
                                           {!options.out.empty(), Where::kOut}};
  for (const auto& [given, where] : places) {
    if (!given) continue;
    if (options.where != Where::kDefault) {
      return Error("choose one of --qemu, --gdb, --serial and --out");
    }
    options.where = where;
  }
  return {};
}

std::string UserHelp() {
  Options options;
  return tools::Help(User().For(options));
}

std::expected<Options, std::string> ParseOptions(std::span<const std::string> words) {
  Options options;
  const auto end = std::ranges::find_if(
      words, [](const auto& word) { return word == "--" || word == "--user"; });
  const Command command = BuildCommand(options);
  const auto parsed = tools::Parse(command, std::span(words.begin(), end));
  if (!parsed) return Error(parsed.error());
  if (parsed->help) return options.help = tools::Help(command), options;
  for (const auto& [name, value] : {std::pair("--qemu", &options.qemu),
                                    {"--machine", &options.machine},
                                    {"--image", &options.image}}) {
    if (value->empty()) return Error(std::string(name) + " is missing; --help lists the options");
  }
  if (end == words.end()) return options;
  const std::span rest(end + 1, words.end());
  options.by_user = *end == "--user";
  if (!options.by_user) return options.guest_arguments.assign(rest.begin(), rest.end()), options;
  const Done user = ParseUserOptions(rest, options);
  return user ? std::expected<Options, std::string>(std::move(options)) : Error(user.error());
}

}  // namespace trivet::runner
