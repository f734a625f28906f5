#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "tools/runner/serial/wire.h"

namespace trivet::runner {

/// How an attempt went that may be made again.
struct Outcome {
  bool done = false;
  std::string why;  ///< when not done: what went wrong
};

/// Hears how many bytes of the data have arrived.
using OnProgress = std::function<void(std::size_t)>;

enum class Modem {
  kXmodem,  ///< blocks of 128 bytes
  kYmodem,  ///< block 0 with name and size, then blocks of 1024 bytes; of 128 where those fail
};

/// Sends `data` to a receiver that waits for it. Blocks carry a CRC-16, or the sum that an XMODEM
/// receiver without CRC asks for. A block is sent again when the receiver asks for it or is silent;
/// after 20 times in vain, or when it cancels, the attempt has failed and the receiver is told so.
///
/// [ymodem] Forsberg, XMODEM/YMODEM Protocol Reference, 1988: blocks, CRC, block 0, end.
OrEnd<Outcome> SendFile(Wire& wire, Modem modem, std::string_view name, std::string_view data,
                        const OnProgress& progress);

}  // namespace trivet::runner
