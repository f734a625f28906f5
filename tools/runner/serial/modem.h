// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "tools/runner/serial/wire.h"

namespace trivet::runner {

/// Result of an attempt that may be repeated.
struct Outcome {
  bool done = false;
  std::string why;  ///< when not done: what went wrong
};

/// Called with the number of bytes of the data that have arrived.
using OnProgress = std::function<void(std::size_t)>;

/// Sends `data` by YMODEM to a receiver that waits for it: block 0 with name and size, then blocks
/// of 1024 bytes, of 128 where those fail. Blocks carry a CRC-16, or the sum that a receiver asks
/// for when its requests for a CRC were lost. A block is sent again when the receiver asks for it
/// or is silent; after 20 failures, or when the receiver cancels, the attempt has failed and is
/// cancelled.
///
/// [ymodem] Forsberg, XMODEM/YMODEM Protocol Reference, 1988: blocks, CRC, block 0, end.
OrEnd<Outcome> SendFile(Wire& wire, std::string_view name, std::string_view data,
                        const OnProgress& progress);

}  // namespace trivet::runner
