// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

namespace trivet::platforms {

/// The command line, the image's name first, words separated by single spaces: semihosting's, where
/// it exists and has one; else "image" and the device tree's /chosen/bootargs; without them, UEFI's
/// load options.
/// Empty when there is none or it is longer than 4095 bytes. Boot CPU only; the text stays valid.
std::string_view CommandLine();

/// Keeps a device tree's "bootargs" for CommandLine(). Once, before main().
void KeepArguments(std::string_view boot_arguments);

/// UEFI's load options, ended by a zero; empty without. Kept when the image is started again.
extern char load_options[1024];

}  // namespace trivet::platforms
