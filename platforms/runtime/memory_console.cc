// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/memory_console.h"

#include <algorithm>
#include <cstring>

#include "platforms/runtime/clean_range.h"

extern "C" trivet::platforms::Mailbox trivet_mailbox;  // image.ld

namespace trivet::platforms {
namespace {

void Clean() { CleanRange(reinterpret_cast<std::uintptr_t>(&trivet_mailbox), sizeof(Mailbox)); }

/// Of a full text the older half goes.
void MakeRoom() {
  Mailbox& mailbox = trivet_mailbox;
  if (mailbox.size < sizeof(mailbox.text)) return;
  constexpr std::uint32_t kHalf = sizeof(mailbox.text) / 2;
  std::memmove(mailbox.text, mailbox.text + kHalf, sizeof(mailbox.text) - kHalf);
  mailbox.size = sizeof(mailbox.text) - kHalf;
}

}  // namespace

void StartMemoryConsole() {
  std::ranges::copy(kMailboxMagic, trivet_mailbox.magic);
  trivet_mailbox.status = kStillRuns;
  trivet_mailbox.size = 0;
  Clean();
}

void PutInMemory(char byte) {
  MakeRoom();
  trivet_mailbox.text[trivet_mailbox.size++] = byte;
  if (byte == '\n') Clean();
}

void EndMemoryConsole(int status) {
  trivet_mailbox.status = static_cast<std::uint32_t>(status) & 0xff;
  Clean();
}

}  // namespace trivet::platforms
