// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace trivet::platforms {

/// The last page of the image's memory (load address + image_size - 4096): what it wrote to its
/// console, for a machine whose console is not known or not connected. A debugger reads it, or the
/// boot loader after a reset. docs/boards.md describes it to users.
struct alignas(4096) Mailbox {
  char magic[16];        ///< kMailboxMagic.
  std::uint32_t status;  ///< Of the run that ended, 0 to 255; kStillRuns before.
  std::uint32_t size;    ///< How many bytes of `text` are used.
  char text[4096 - 24];  ///< The last lines.
};
static_assert(sizeof(Mailbox) == 4096);

inline constexpr char kMailboxMagic[16] = "TRIVET-MAILBOX\n";
inline constexpr std::uint32_t kStillRuns = 0xffff'ffff;

/// Each at any EL, by one CPU at a time. What was written is in memory, beyond the caches, at the
/// end of each line.
void StartMemoryConsole();
void PutInMemory(char byte);
void EndMemoryConsole(int status);

}  // namespace trivet::platforms
