#pragma once

#include <string_view>

namespace trivet::platforms {

/// The command line, the image's name first, words separated by single spaces: what semihosting
/// gives, where it is served and has one; else "image" and the device tree's /chosen/bootargs.
/// Empty when there is none or it is longer than 4095 bytes. Boot CPU only; the text stays valid.
std::string_view CommandLine();

/// Keeps what a device tree gave as "bootargs", for CommandLine(). Once, before main().
void KeepArguments(std::string_view boot_arguments);

}  // namespace trivet::platforms
