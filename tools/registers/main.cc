// SPDX-License-Identifier: Apache-2.0 OR MIT
// registers: prints the register descriptions, or what a value of one register means.

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "hal/decode.h"
#include "hal/register_info.h"
#include "tools/options/options.h"
#include "tools/registers/json.h"
#include "tools/registers/markdown.h"
#include "tools/registers/words.h"

namespace trivet::registers {
namespace {

int Fail(const std::string& message) { return tools::Misused("registers", message); }

struct Options {
  bool list = false, json = false, markdown = false, decode = false;
  bool e2h = false, all = false;
};

/// The description of `name` that holds with this E2H; null when there is no such register.
const hal::RegisterInfo* Find(std::string_view name, bool e2h) {
  const hal::RegisterInfo* found = nullptr;
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    if (name != info.name || (info.layout == hal::Layout::kE2hSet && !e2h)) continue;
    if (found == nullptr || info.layout == hal::Layout::kE2hSet) found = &info;
  }
  return found;
}

/// A whole 64-bit number in C notation, or false.
bool ParseValue(const std::string& text, std::uint64_t& value) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  char* end = nullptr;
  errno = 0;
  value = std::strtoull(text.c_str(), &end, 0);
  return errno == 0 && *end == '\0';
}

int DecodeOne(const std::string& argument, const Options& options) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos) return Fail("'" + argument + "' is not NAME=VALUE");
  const std::string name = argument.substr(0, equals);
  const hal::RegisterInfo* info = Find(name, options.e2h);
  if (info == nullptr) return Fail("no register is called '" + name + "' (--list shows all)");
  std::uint64_t value = 0;
  if (!ParseValue(argument.substr(equals + 1), value)) {
    return Fail("'" + argument.substr(equals + 1) + "' is not a 64-bit number");
  }
  const hal::TextSink sink{[](void* stream, const char* text, std::size_t size) {
                             static_cast<std::ostream*>(stream)->write(
                                 text, static_cast<std::streamsize>(size));
                           },
                           &std::cout};
  hal::Decode(*info, value, sink,
              options.all ? hal::DecodeStyle::kAll : hal::DecodeStyle::kNonZero);
  return 0;
}

int List() {
  for (const Register& layouts : GroupByName()) {
    const hal::RegisterInfo& info = *layouts.front();
    std::cout << info.name << ' ' << NumericName(info.encoding) << ' ' << ToString(info.access)
              << ' ' << ToString(info.needs) << '\n';
  }
  return 0;
}

int DecodeAll(const tools::Words& arguments, const Options& options) {
  if (arguments.empty()) return Fail("--decode needs NAME=VALUE");
  int status = 0;
  for (const std::string& argument : arguments) {
    if (status == 0) status = DecodeOne(argument, options);
  }
  return status;
}

int Main(const tools::Words& words) {
  Options options;
  const tools::Command command = {
      .usage = "registers --list | --json | --markdown | --decode NAME=VALUE...",
      .options = {{"--list", "", "names, encodings and features", &options.list},
                  {"--json", "", "every register, every bit", &options.json},
                  {"--markdown", "", "the same as tables", &options.markdown},
                  {"--decode", "", "the fields of values in C notation", &options.decode},
                  {"--e2h", "", "decode with the layouts of HCR_EL2.E2H = 1", &options.e2h},
                  {"--all", "", "decode zero fields too", &options.all}},
      .takes_operands = true};
  const auto rest = tools::Parse(command, words);
  if (!rest) return Fail(rest.error());
  if (rest->help) return (std::cout << tools::Help(command)), 0;
  if (options.list) return List();
  if (options.json) return WriteJson(std::cout), 0;
  if (options.markdown) return WriteMarkdown(std::cout), 0;
  if (options.decode) return DecodeAll(rest->operands, options);
  return Fail("nothing to do; --help lists the options");
}

}  // namespace
}  // namespace trivet::registers

int main(int argc, char** argv) { return trivet::registers::Main({argv + 1, argv + argc}); }
