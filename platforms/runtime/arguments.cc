// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/arguments.h"

#include <cstddef>

#include "platforms/devices/semihosting.h"
#include "platforms/runtime/machine.h"

namespace trivet::platforms {
namespace {

constinit char semihosting_text[4096];
constinit char boot_text[4096] = "image";
constinit std::size_t boot_size = 5;  // of the name and what KeepArguments() kept

}  // namespace

// In .data, which the entry code does not clear.
[[gnu::section(".data.load_options")]] constinit char load_options[1024] = {};

void KeepArguments(std::string_view boot_arguments) {
  std::size_t size = std::string_view(boot_text).size();
  bool between = true;
  for (const char byte : boot_arguments) {
    const bool is_space = byte == ' ' || byte == '\t' || byte == '\n';
    if (is_space) {
      between = true;
      continue;
    }
    if (size + 2 >= sizeof(boot_text)) return;  // too long: none
    if (between) boot_text[size++] = ' ';
    between = false;
    boot_text[size++] = byte;
  }
  boot_size = size;
}

std::string_view CommandLine() {
  if (ThisMachine().has_semihosting && semihosting_text[0] == '\0' &&
      !Semihosting{}.CommandLine(semihosting_text, sizeof(semihosting_text))) {
    semihosting_text[0] = '\0';
  }
  if (semihosting_text[0] != '\0') return semihosting_text;
  return {boot_text, boot_size};
}

}  // namespace trivet::platforms
