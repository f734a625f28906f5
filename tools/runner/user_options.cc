#include "tools/runner/user_options.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace trivet::runner {
namespace {

using Error = std::unexpected<std::string>;
using Where = UserOptions::Where;
using Done = std::expected<void, std::string>;

/// One option: its name, what its value is called (empty: it has none), and what it does.
struct Option {
  std::string_view name;
  std::string_view value;
  Done (*take)(UserOptions& options, const std::string& value);
};

Done Choose(UserOptions& options, Where where) {
  if (options.where != Where::kUnsaid && options.where != where) {
    return Error("choose one of --qemu, --gdb, --serial and --out");
  }
  options.where = where;
  return {};
}

Done Take(std::string& place, const std::string& value) {
  place = value;
  return {};
}

Done Number(int& place, const std::string& value) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), place);
  if (error != std::errc() || end != value.data() + value.size() || place < 0) {
    return Error("needs a number of seconds, not '" + value + "'");
  }
  return {};
}

Done Address(UserOptions& options, const std::string& value) {
  const std::string digits = value.starts_with("0x") ? value.substr(2) : value;
  std::uint64_t address = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address, 16);
  if (error != std::errc() || end != digits.data() + digits.size() || address % 4096 != 0) {
    return Error("needs a hexadecimal multiple of 0x1000, not '" + value + "'");
  }
  options.address = address;
  return {};
}

template <typename T>
Done OneOf(T& place, const std::string& value,
           std::initializer_list<std::pair<std::string_view, T>> words) {
  std::string known;
  for (const auto& [word, meaning] : words) {
    if (value == word) {
      place = meaning;
      return {};
    }
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return Error("knows " + known + ", not '" + value + "'");
}

Done TakeLoad(UserOptions& options, const std::string& value) {
  using enum LoadMethod;
  return OneOf<LoadMethod>(options.load, value,
                           {{"loady", kLoady}, {"loadx", kLoadx}, {"loads", kLoads}});
}

Done TakeStart(UserOptions& options, const std::string& value) {
  using enum StartCommand;
  return OneOf<StartCommand>(options.start, value,
                             {{"booti", kBooti}, {"go", kGo}, {"bootefi", kBootefi}});
}

Done TakeTimeout(UserOptions& options, const std::string& value) {
  return Number(options.timeout_seconds.emplace(), value);
}

Done TakeTftp(UserOptions& options, const std::string& value) {
  options.load = LoadMethod::kTftp;
  return Take(options.tftp_server, value);
}

using O = UserOptions;
using S = const std::string;

constexpr Option kOptions[] = {
    {"--qemu", "", [](O& o, S&) { return Choose(o, Where::kQemu); }},
    {"--gdb", "", [](O& o, S&) { return Choose(o, Where::kGdb); }},
    {"--serial", "DEVICE[@BAUD]",
     [](O& o, S& v) {
       return Take(o.serial, v).and_then([&] { return Choose(o, Where::kSerial); });
     }},
    {"--out", "DIR",
     [](O& o, S& v) { return Take(o.out, v).and_then([&] { return Choose(o, Where::kOut); }); }},
    {"--console", "",
     [](O& o, S&) {
       o.console = true;
       return Done();
     }},
    {"--timeout", "SECONDS", TakeTimeout},
    {"--load", "loady|loadx|loads", TakeLoad},
    {"--start", "booti|go|bootefi", TakeStart},
    {"--address", "HEX", Address},
    {"--fdt", "HEX", [](O& o, S& v) { return Take(o.device_tree, v); }},
    {"--prompt", "TEXT", [](O& o, S& v) { return Take(o.prompt, v); }},
    {"--autoboot-key", "TEXT", [](O& o, S& v) { return Take(o.autoboot_key, v); }},
    {"--wait", "SECONDS", [](O& o, S& v) { return Number(o.wait_seconds, v); }},
    {"--tftp", "SERVER", TakeTftp},
    {"--tftp-dir", "DIR", [](O& o, S& v) { return Take(o.tftp_folder, v); }},
    {"--u-boot", "COMMAND",
     [](O& o, S& v) {
       o.commands.push_back(v);
       return Done();
     }},
    {"--payload", "FILE", [](O& o, S& v) { return Take(o.payload, v); }},
    {"--no-verify", "",
     [](O& o, S&) {
       o.verify = false;
       return Done();
     }},
};

const Option* Find(std::string_view word) {
  const auto found = std::ranges::find(kOptions, word.substr(0, word.find('=')), &Option::name);
  return found == std::end(kOptions) ? nullptr : found;
}

Done CheckTogether(const UserOptions& options) {
  if (options.where == Where::kSerial && options.serial.empty()) {
    return Error("--serial needs a device");
  }
  if (options.where == Where::kOut && options.out.empty()) return Error("--out needs a folder");
  if (options.load == LoadMethod::kTftp && options.tftp_server.empty()) {
    return Error("--tftp needs the server's address");
  }
  return {};
}

}  // namespace

std::size_t UserOptionWords(std::span<const std::string> arguments) {
  const Option* const option = arguments.empty() ? nullptr : Find(arguments.front());
  if (option == nullptr) return 0;
  const bool has_value = arguments.front().contains('=');
  return option->value.empty() || has_value || arguments.size() < 2 ? 1 : 2;
}

std::expected<UserOptions, std::string> ParseUserArguments(
    std::span<const std::string> arguments, std::vector<std::string>& guest_arguments) {
  UserOptions options;
  while (!arguments.empty()) {
    const std::string& word = arguments.front();
    if (word == "--") {
      guest_arguments.insert(guest_arguments.end(), arguments.begin() + 1, arguments.end());
      break;
    }
    const std::size_t words = UserOptionWords(arguments);
    if (words == 0) {
      guest_arguments.push_back(word);
      arguments = arguments.subspan(1);
      continue;
    }
    const Option& option = *Find(word);
    const std::size_t equals = word.find('=');
    const std::string name(option.name);
    if (option.value.empty() && equals != word.npos) return Error(name + " has no value");
    if (!option.value.empty() && words == 1 && equals == word.npos) {
      return Error(name + " needs a value: " + name + "=" + std::string(option.value));
    }
    const std::string value = words == 2            ? arguments[1]
                              : equals == word.npos ? std::string()
                                                    : word.substr(equals + 1);
    const auto taken = option.take(options, value);
    if (!taken) {
      return Error(taken.error().starts_with("choose") ? taken.error()
                                                       : name + " " + taken.error());
    }
    arguments = arguments.subspan(words);
  }
  const auto checked = CheckTogether(options);
  return checked ? std::expected<UserOptions, std::string>(std::move(options))
                 : Error(checked.error());
}

std::string UserOptionNames() {
  std::string names;
  for (const Option& option : kOptions) {
    names += (names.empty() ? "" : ", ") + std::string(option.name);
    if (!option.value.empty()) names += "=" + std::string(option.value);
  }
  return names;
}

}  // namespace trivet::runner
