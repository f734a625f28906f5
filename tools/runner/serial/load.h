// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/runner/serial/modem.h"
#include "tools/runner/serial/u_boot.h"

namespace trivet::runner {

/// What is to run on the board.
struct Image {
  std::string name;  ///< of the file, without folders
  std::string data;
};

struct LoadOptions {
  std::optional<std::uint64_t> address;  ///< nothing: from U-Boot's environment
  std::string tftp_server;               ///< has the image in its root; empty: YMODEM is used
  bool verify = true;                    ///< compare the memory with the image by CRC-32
};

/// Gets images into a board's memory through its U-Boot.
class ImageLoader {
 public:
  ImageLoader(UBoot& u_boot, Wire& wire, LoadOptions options)
      : u_boot_(u_boot), wire_(wire), options_(std::move(options)) {}

  /// Loads all of `image` and returns the address. Over the serial line what arrived wrong is
  /// loaded again, in ever smaller pieces; the memory's CRC-32 is right at the end, or there is an
  /// error.
  OrEnd<std::uint64_t> Load(const Image& image, const OnProgress& progress);

 private:
  enum class Check { kRight, kWrong };

  OrEnd<std::uint64_t> Address();
  OrEnd<void> CheckCommands();
  OrEnd<void> LoadInPieces(const Image& image, std::uint64_t address, const OnProgress& progress);
  OrEnd<Outcome> LoadPiece(const Image& image, std::uint64_t address, std::size_t at,
                           std::size_t size, const OnProgress& progress);
  OrEnd<void> LoadByTftp(const Image& image, std::uint64_t address);
  OrEnd<void> NeedNetwork();
  OrEnd<Outcome> Verify(std::string_view data, std::uint64_t address);

  UBoot& u_boot_;
  Wire& wire_;
  LoadOptions options_;
};

}  // namespace trivet::runner
