// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/load.h"

#include <algorithm>

#include "freestanding/text/crc32.h"

namespace trivet::runner {
namespace {

constexpr std::size_t kSmallestPiece = 2048;
constexpr int kFailuresOfOnePiece = 8;
constexpr std::uint64_t kPage = 4096;
constexpr milliseconds kBackAtPrompt(3'000);
constexpr milliseconds kNetworkLimit(120'000);

std::string LastLine(std::string_view output) {
  while (output.ends_with('\n')) output.remove_suffix(1);
  return std::string(output.substr(output.rfind('\n') + 1));
}

/// What U-Boot itself needs to read so much memory, by a wide margin.
milliseconds ReadingTime(std::size_t size) {
  return milliseconds(5'000) + milliseconds(size / 1024);
}

}  // namespace

OrEnd<std::uint64_t> ImageLoader::Load(const Image& image, const OnProgress& progress) {
  if (const auto checked = CheckCommands(); !checked) return std::unexpected(checked.error());
  const auto address = Address();
  if (!address) return address;
  const auto loaded = options_.tftp_server.empty() ? LoadInPieces(image, *address, progress)
                                                   : LoadByTftp(image, *address);
  if (!loaded) return std::unexpected(loaded.error());
  if (!options_.verify) return address;
  const auto right = Verify(image.data, *address);
  if (!right) return std::unexpected(right.error());
  if (!right->done) return NotRun("the image was loaded, but " + right->why + ": not started");
  return address;
}

OrEnd<void> ImageLoader::CheckCommands() {
  const bool serial = options_.tftp_server.empty();
  const std::string load = serial ? "loady" : "tftpboot";
  const auto has = u_boot_.Has(load);
  if (!has) return std::unexpected(has.error());
  if (!*has) {
    return NotRun("this U-Boot has no command '" + load +
                  "': " + (serial ? "load by network with --tftp=SERVER" : "load without --tftp"));
  }
  if (!options_.verify) return {};
  const auto can_check = u_boot_.Has("crc32");
  if (!can_check) return std::unexpected(can_check.error());
  if (*can_check) return {};
  return NotRun(
      "this U-Boot has no command 'crc32' to verify the image with; --no-verify starts it "
      "unverified");
}

// [u-boot] doc/develop/bootstd: kernel_addr_r is where a kernel is loaded to, loadaddr the default
// of all load commands.
OrEnd<std::uint64_t> ImageLoader::Address() {
  if (options_.address) return *options_.address;
  for (const char* name : {"kernel_addr_r", "loadaddr"}) {
    const auto value = u_boot_.Variable(name);
    if (!value) return std::unexpected(value.error());
    const auto address = ParseHex(*value);
    if (address && *address != 0 && *address % kPage == 0) return *address;
  }
  return NotRun(
      "U-Boot has neither kernel_addr_r nor loadaddr: say where to load with --address=HEX");
}

OrEnd<void> ImageLoader::LoadInPieces(const Image& image, std::uint64_t address,
                                      const OnProgress& progress) {
  const std::size_t total = image.data.size();
  std::size_t piece = total;
  int failures = 0;
  for (std::size_t at = 0; at < total;) {
    const std::size_t size = std::min(piece, total - at);
    const auto loaded = LoadPiece(image, address, at, size, progress);
    if (!loaded) return std::unexpected(loaded.error());
    if (loaded->done) {
      at += size;
      failures = 0;
      continue;
    }
    if (++failures == kFailuresOfOnePiece) {
      return NotRun("the image could not be loaded, " + std::to_string(failures) +
                    " attempts in a row failed: " + loaded->why);
    }
    piece = std::max(size / 4 / kSmallestPiece * kSmallestPiece, kSmallestPiece);
  }
  return {};
}

OrEnd<Outcome> ImageLoader::LoadPiece(const Image& image, std::uint64_t address, std::size_t at,
                                      std::size_t size, const OnProgress& progress) {
  const std::string_view data = std::string_view(image.data).substr(at, size);
  const auto started = u_boot_.Start("loady " + Hex(address + at));
  if (!started) return std::unexpected(started.error());
  const auto shifted = [&](std::size_t done) { progress(at + done); };
  const auto sent = SendFile(wire_, image.name, data, shifted);
  if (!sent) return sent;
  if (const auto back = u_boot_.AwaitPrompt(kBackAtPrompt); !back)
    return std::unexpected(back.error());
  if (!sent->done) return sent;
  return options_.verify ? Verify(data, address + at) : sent;
}

OrEnd<Outcome> ImageLoader::Verify(std::string_view data, std::uint64_t address) {
  constexpr int kReadings = 12;
  const std::uint32_t right = text::Crc32(data);
  const std::string command = "crc32 " + Hex(address) + ' ' + Hex(data.size());
  std::optional<std::uint32_t> wrong;
  for (int i = 0; i < kReadings; ++i) {
    const auto output = u_boot_.Run(command, ReadingTime(data.size()));
    if (!output) return std::unexpected(output.error());
    const auto value = ParseCrc32(*output, address, data.size());
    if (value == right) return Outcome{.done = true, .why = {}};
    // Once may be a fault of the line.
    if (value && value == wrong) {
      return Outcome{false, "its CRC-32 in memory is " + Hex(*value) + ", not " + Hex(right)};
    }
    if (value) wrong = value;
  }
  return Outcome{false, "U-Boot's CRC-32 of it could not be read"};
}

OrEnd<void> ImageLoader::NeedNetwork() {
  for (const bool last : {false, true}) {
    const auto address = u_boot_.Variable("ipaddr");
    if (!address) return std::unexpected(address.error());
    if (!address->empty()) return {};
    if (last) break;
    for (const auto& [command, limit] :
         {std::pair("setenv autoload no", milliseconds(5'000)), std::pair("dhcp", kNetworkLimit)}) {
      const auto output = u_boot_.Run(command, limit);
      if (!output) return std::unexpected(output.error());
    }
  }
  return NotRun(
      "the board got no network address by dhcp; give one with --u-boot='setenv ipaddr ...'");
}

// [u-boot] `Bytes transferred = 17208 (4338 hex)`.
OrEnd<void> ImageLoader::LoadByTftp(const Image& image, std::uint64_t address) {
  if (const auto network = NeedNetwork(); !network) return network;
  const auto server = u_boot_.Run("setenv serverip " + options_.tftp_server);
  if (!server) return std::unexpected(server.error());
  const auto output = u_boot_.Run("tftpboot " + Hex(address) + ' ' + image.name, kNetworkLimit);
  if (!output) return std::unexpected(output.error());
  constexpr std::string_view kDone = "Bytes transferred = ";
  const std::size_t at = output->find(kDone);
  if (at == output->npos) {
    return NotRun("TFTP from " + options_.tftp_server + " failed: " + LastLine(*output));
  }
  const std::string size = std::to_string(image.data.size());
  if (output->substr(at + kDone.size()).starts_with(size + ' ')) return {};
  return NotRun("the TFTP server's " + image.name + " is another file: it has not " + size +
                " bytes");
}

}  // namespace trivet::runner
