// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/runner/serial/u_boot.h"

namespace trivet::runner {

enum class StartCommand { kBooti, kGo, kBootefi };

struct StartOptions {
  StartCommand command = StartCommand::kBooti;
  std::string device_tree;             ///< its address for booti; empty: U-Boot's own
  std::vector<std::string> arguments;  ///< the guest's
};

/// What to type for an image of `size` bytes at `address`. The device tree may be a U-Boot
/// variable.
std::string StartLine(const StartOptions& options, std::uint64_t address, std::uint64_t size,
                      const std::string& device_tree);

/// The guest's arguments as /chosen/bootargs has them: words separated by single spaces. The error
/// is one line: which cannot be given so.
std::expected<std::string, std::string> BootArguments(const std::vector<std::string>& arguments);

/// Gives the arguments and enters the command that starts the image. Under `go`, where nothing
/// hands them over, it is an error to have any.
OrEnd<void> StartImage(UBoot& u_boot, const StartOptions& options, std::uint64_t address,
                       std::uint64_t size);

}  // namespace trivet::runner
