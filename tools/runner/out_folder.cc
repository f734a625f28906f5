// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/out_folder.h"

#include <unistd.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <map>
#include <sstream>

#include "freestanding/text/crc32.h"
#include "tools/runner/qemu_command.h"
#include "tools/runner/serial/start.h"
#include "tools/runner/terminal_io.h"

namespace trivet::runner {
namespace {

namespace fs = std::filesystem;

// [raspberry-pi] config.txt: the PL011 instead of the mini-UART on pins 14 and 15.
constexpr std::string_view kConfig =
    "# written by Trivet\narm_64bit=1\nkernel=kernel8.img\nenable_uart=1\ndtoverlay=disable-bt\n";
constexpr std::string_view kInstructions =
    R"(# written by Trivet: {0}, {1} bytes, CRC-32 {3}

Each of these starts the same image; do one of them.

U-Boot, from the first partition of an SD card that has these files:
    fatload mmc 0:1 ${{kernel_addr_r}} {0}
    crc32 ${{kernel_addr_r}} {2}        # must say {3}
    setenv bootargs{4}
    booti ${{kernel_addr_r}} - ${{fdtcontroladdr}}

U-Boot, from a TFTP server whose root has these files:
    setenv autoload no; dhcp; setenv serverip ADDRESS_OF_THE_SERVER
    tftpboot ${{kernel_addr_r}} {0}
    crc32 ${{kernel_addr_r}} {2}        # must say {3}
    setenv bootargs{4}
    booti ${{kernel_addr_r}} - ${{fdtcontroladdr}}
  A U-Boot without kernel_addr_r: any address that is a multiple of 0x1000 and free RAM. One without
  booti: go ADDRESS, which gives the image no arguments.

UEFI: a FAT partition with the folder EFI from here boots by itself; or, in the UEFI shell:
    FS0:
    EFI\BOOT\BOOTAA64.EFI

Raspberry Pi 3 and 4 without U-Boot: kernel8.img, config.txt and cmdline.txt on the FAT partition of a
card that has the firmware (start4.elf or start.elf, fixup*.dat, the board's .dtb, overlays).

The console is the board's serial line, 115200 bit/s where firmware did not choose another. The last line
is `TRIVET-IMAGE: STATUS n`; 0 is success.
)";

using Files = std::map<std::string, std::string>;

std::string Contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// What goes into the folder, by path in it.
Files MakeFiles(const std::string& name, const std::string& image, const std::string& arguments) {
  const std::string quoted = arguments.empty() ? "" : " '" + arguments + "'";
  const std::string instructions = std::vformat(
      kInstructions,
      std::make_format_args(
          name, static_cast<const std::size_t&>(image.size()),
          static_cast<const std::string&>(Hex(image.size())),
          static_cast<const std::string&>(std::format("{:08x}", text::Crc32(image))), quoted));
  return {{name, image},
          {"kernel8.img", image},
          {"EFI/BOOT/BOOTAA64.EFI", image},
          {"config.txt", std::string(kConfig)},
          {"cmdline.txt", arguments + '\n'},
          {"README.txt", instructions}};
}

/// True for a file that only an earlier run of this program may have written.
bool IsOurs(const std::string& path, const std::string& text) {
  if (path == "config.txt") return text == kConfig;
  if (path == "README.txt") return text.starts_with("# written by Trivet");
  // [linux] Documentation/arch/arm64/booting: the magic number at 56, in all our images too.
  if (path != "cmdline.txt") return text.size() > 60 && text.substr(56, 4) == "ARM\x64";
  return text.find("root=") == text.npos;
}

std::expected<void, std::string> WriteFile(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return {};
  return std::unexpected("cannot write '" + path.string() + "'");
}

std::expected<void, std::string> WriteAllFiles(const fs::path& folder, const Files& files) {
  for (const auto& [path, text] : files) {
    std::error_code error;
    if (!fs::exists(folder / path, error)) continue;
    const std::string old = Contents(folder / path);
    if (old == text || IsOurs(path, old)) continue;
    return std::unexpected("'" + (folder / path).string() +
                           "' is there and not Trivet's: give a folder of its own");
  }
  for (const auto& [path, text] : files) {
    if (const auto written = WriteFile(folder / path, text); !written) return written;
  }
  return {};
}

}  // namespace

Verdict WriteOut(const Options& options) {
  if (const auto checked = CheckImage(options.image); !checked) {
    return {kStatusNotRun, checked.error()};
  }
  const auto arguments = BootArguments(options.guest_arguments);
  if (!arguments) return {kStatusNotRun, arguments.error()};
  const fs::path folder = options.out;
  const Files files =
      MakeFiles(fs::path(options.image).filename(), Contents(options.image), *arguments);
  if (const auto written = WriteAllFiles(folder, files); !written) {
    return {kStatusNotRun, written.error()};
  }
  WriteAll(STDOUT_FILENO, files.at("README.txt") + "\nThe files are in " + folder.string() + '\n');
  return {0, ""};
}

}  // namespace trivet::runner
