// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/start.h"

namespace trivet::runner {
namespace {

// [u-boot] fdtcontroladdr: the tree that U-Boot itself runs with; fdt_addr: one that firmware left.
OrEnd<std::string> DeviceTree(UBoot& u_boot) {
  for (const char* name : {"fdtcontroladdr", "fdt_addr"}) {
    const auto value = u_boot.Variable(name);
    if (!value) return value;
    const auto address = ParseHex(*value);
    if (address && *address != 0) return Hex(*address);
  }
  return NotRun(
      "U-Boot has no device tree for booti: say where one is with --fdt=HEX, or --start=go");
}

std::string Name(StartCommand command) {
  switch (command) {
    case StartCommand::kBooti: return "booti";
    case StartCommand::kGo: return "go";
    case StartCommand::kBootefi: break;
  }
  return "bootefi";
}

// Always, since the board's own are for another program.
OrEnd<void> SetArguments(UBoot& u_boot, const std::string& arguments) {
  const std::string quoted = arguments.empty() ? "" : " '" + arguments + "'";
  const auto set = u_boot.Run("setenv bootargs" + quoted);
  if (!set) return std::unexpected(set.error());
  const auto got = u_boot.Variable("bootargs");
  if (!got) return std::unexpected(got.error());
  if (*got == arguments) return {};
  return NotRun("U-Boot did not take the image's arguments: it has '" + *got + "'");
}

}  // namespace

std::string StartLine(const StartOptions& options, std::uint64_t address, std::uint64_t size,
                      const std::string& device_tree) {
  const std::string start = Name(options.command) + ' ' + Hex(address);
  switch (options.command) {
    case StartCommand::kBooti: return start + " - " + device_tree;
    case StartCommand::kGo: break;
    case StartCommand::kBootefi: return start + ':' + Hex(size);
  }
  return start;
}

std::expected<std::string, std::string> BootArguments(const std::vector<std::string>& arguments) {
  std::string all;
  for (const std::string& argument : arguments) {
    const bool plain = !argument.empty() && argument.find_first_of(" '\t\r\n\\") == argument.npos;
    for (const char c : argument) {
      if (!plain || c < ' ' || c > '~') {
        return std::unexpected("the argument '" + argument +
                               "' cannot be given through a boot loader: it is empty or has a "
                               "space, a quote, a backslash or an unprintable character");
      }
    }
    if (argument.empty()) return std::unexpected("an empty argument cannot be given to the image");
    all += (all.empty() ? "" : " ") + argument;
  }
  return all;
}

OrEnd<void> StartImage(UBoot& u_boot, const StartOptions& options, std::uint64_t address,
                       std::uint64_t size) {
  const auto arguments = BootArguments(options.arguments);
  if (!arguments) return NotRun(arguments.error());
  const std::string name = Name(options.command);
  const auto has = u_boot.Has(name);
  if (!has) return std::unexpected(has.error());
  if (!*has) return NotRun("this U-Boot has no command '" + name + "': choose another --start");
  std::string device_tree = options.device_tree;
  if (options.command == StartCommand::kGo) {
    if (!arguments->empty()) return NotRun("--start=go gives the image no arguments; use booti");
  } else if (const auto set = SetArguments(u_boot, *arguments); !set) {
    return set;
  }
  if (options.command == StartCommand::kBooti && device_tree.empty()) {
    const auto found = DeviceTree(u_boot);
    if (!found) return std::unexpected(found.error());
    device_tree = *found;
  }
  return u_boot.Start(StartLine(options, address, size, device_tree));
}

}  // namespace trivet::runner
