// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "tools/temporary_folder.h"

namespace trivet::runner {

/// `image` with `payload` behind it. The image says that it has room by a block of 40 bytes, little
/// endian: "TRIVET-PAYLOAD-1", the payload's offset in image and file, the room in bytes, and its
/// size, which is 0 until this sets it. The error is one line.
std::expected<std::string, std::string> WithPayload(std::string image, std::string_view payload);

/// A copy of an image with a payload, in a folder of its own that goes when this does.
class PayloadFile {
 public:
  /// Makes it of two files; returns its path, which ends in the image's name.
  std::expected<std::string, std::string> Make(const std::string& image,
                                               const std::string& payload);

 private:
  std::optional<tools::TemporaryFolder> folder_;
};

}  // namespace trivet::runner
