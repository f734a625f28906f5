// registers: prints the register descriptions, or what a value of one register means.

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "hal/decode.h"
#include "hal/register_info.h"
#include "tools/registers/json.h"
#include "tools/registers/markdown.h"
#include "tools/registers/words.h"

namespace trivet::registers {
namespace {

constexpr char kUsage[] =
    "usage: registers --list                       names, encodings and features\n"
    "       registers --json | --markdown          every register, every bit\n"
    "       registers [--e2h] [--all] --decode NAME=VALUE...\n"
    "           VALUE: C notation; --e2h: the layout with HCR_EL2.E2H = 1; --all: zero fields "
    "too\n";

int Fail(const std::string& message) {
  std::cerr << "registers: " << message << '\n';
  return 2;
}

struct Options {
  bool e2h = false;
  hal::DecodeStyle style = hal::DecodeStyle::kNonZero;
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
  hal::Decode(*info, value, sink, options.style);
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

int Usage() {
  std::cerr << kUsage;
  return 2;
}

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--e2h") {
      options.e2h = true;
    } else if (argument == "--all") {
      options.style = hal::DecodeStyle::kAll;
    } else if (argument == "--help") {
      return (std::cout << kUsage), 0;
    } else if (argument == "--list") {
      return List();
    } else if (argument == "--json") {
      return WriteJson(std::cout), 0;
    } else if (argument == "--markdown") {
      return WriteMarkdown(std::cout), 0;
    } else if (argument == "--decode" && i + 1 < argc) {
      int status = 0;
      for (++i; i < argc && status == 0; ++i) status = DecodeOne(argv[i], options);
      return status;
    } else {
      return argument == "--decode" ? Fail("--decode needs NAME=VALUE")
                                    : Fail("unknown option '" + std::string(argument) + "'");
    }
  }
  return Usage();
}

}  // namespace
}  // namespace trivet::registers

int main(int argc, char** argv) { return trivet::registers::Main(argc, argv); }
