// SPDX-License-Identifier: Apache-2.0 OR MIT
// The entry for a boot loader's `go`, called by start.S.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "hal/digits.h"
#include "platforms/devices/psci_smc.h"
#include "platforms/hosted/host.h"
#include "platforms/hosted/prepare.h"
#include "platforms/hosted/serial_console.h"
#include "platforms/hosted/start.h"
#include "platforms/image_lines.h"

namespace trivet::platforms::hosted {

constinit CommandContext command_context;

namespace {

constexpr int kStatusMoved = 103;
constexpr int kStatusNoTree = 105;
constexpr std::string_view kTreeArgument = "fdt=";

/// A hexadecimal number, with 0x or without; 0 when it is none, or has more than 16 digits.
std::uint64_t ParseHex(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  if (text.size() > 16) return 0;
  const std::uint64_t value = hal::TakeHex(text);
  return text.empty() ? value : 0;
}

/// The address in "fdt=ADDRESS", hexadecimal like U-Boot's variables; 0 if it is malformed.
std::optional<std::uint64_t> TreeAddress(std::span<const char* const> arguments) {
  for (std::string_view argument : arguments) {
    if (!argument.starts_with(kTreeArgument)) continue;
    argument.remove_prefix(kTreeArgument.size());
    return ParseHex(argument);
  }
  return std::nullopt;
}

int StartAsCommand(std::span<const char* const> arguments, void* frame) {
  FindSerialConsole();
  const std::optional<std::uint64_t> tree = TreeAddress(arguments);
  if (tree && !FindSerialConsoleIn(*tree)) {
    WriteToSerialConsole("platforms/hosted: fdt= is not followed by a device tree's address\n");
    return kStatusNoTree;
  }
  alignas(CodePage::kSize) std::byte page[CodePage::kSize];
  command_context = {.frame = frame, .page = page};
  return StartUnder({.arguments = arguments});
}

}  // namespace
}  // namespace trivet::platforms::hosted

extern "C" {

/// In: argc and argv of `go`, the frame that start.S made. Out: the status.
int trivet_hosted_command(int argc, const char* const* argv, void* frame) {
  using namespace trivet::platforms::hosted;
  if (PrepareImage()) return StartAsCommand({argv, static_cast<std::size_t>(argc)}, frame);
  FindSerialConsole();
  WriteToSerialConsole("platforms/hosted: the image ran at another address: load it again\n");
  return kStatusMoved;
}

/// Started as a kernel, without firmware to return to. D, A, I and F masked, any EL.
[[noreturn]] void trivet_hosted_without_host() {
  using namespace trivet::platforms::hosted;
  PrepareImage();
  FindSerialConsole();
  WriteToSerialConsole(
      "platforms/hosted: no resident firmware to return to: start the image by go, or from UEFI\n");
  WriteToSerialConsole(trivet::platforms::kStatusLine);
  WriteToSerialConsole("104\n");
  if (Machine().has_psci) trivet::platforms::PsciSmc{}.SystemReset();
  for (;;) asm volatile("wfi");
}
}
