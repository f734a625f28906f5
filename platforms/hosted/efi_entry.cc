// SPDX-License-Identifier: Apache-2.0 OR MIT
// The entry for UEFI, whose boot services stay alive.

#include <cstdint>

#include "platforms/hosted/prepare.h"
#include "platforms/hosted/start.h"
#include "platforms/runtime/efi_services.h"

/// [uefi] 4.1, EFI_IMAGE_ENTRY_POINT.
extern "C" trivet::platforms::efi::Status trivet_efi_entry(
    trivet::platforms::efi::Handle image, trivet::platforms::efi::SystemTable* system) {
  using namespace trivet::platforms;
  // The firmware loads a new copy each time.
  if (!hosted::PrepareImage()) return efi::kUnsupported;
  const int status = hosted::StartUnder({.arguments = {}, .image = image, .firmware = system});
  return status == 0 ? efi::kSuccess : efi::kAborted;
}
