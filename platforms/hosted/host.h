// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "platforms/machine/description.h"
#include "platforms/runtime/efi_services.h"

/// The resident firmware under which an image runs, and to which it returns.
namespace trivet::platforms::hosted {

/// What the firmware passed to the image.
struct Host {
  std::span<const char* const> arguments;  ///< Of the command; the first is the image's address.
  efi::Handle image = nullptr;             ///< Of the UEFI application.
  efi::SystemTable* firmware = nullptr;    ///< UEFI with its boot services; null under `go`.
};

/// Defined by the image. Called at EL2 with SP_EL2, on the firmware's stack, with its MMU, caches,
/// vectors and interrupt mask. Returns a status (0 to 255): the result of `go`, or EFI_SUCCESS for
/// 0 and EFI_ABORTED for others.
int Main(const Host& host);

/// The firmware that started this image.
const Host& TheHost();

/// Under `go`: the machine by the device tree of the board, or by the one that an argument
/// "fdt=ADDRESS" names. Empty otherwise.
const Description& Machine();

/// Writes to ConOut under UEFI, to the board's UART under `go`; '\n' ends a line. At EL2. Runs
/// UEFI's drivers: at TPL_NOTIFY or lower, with the firmware's interrupt mask, no guest loaded.
void Write(std::string_view text);

/// Returns to the firmware at once, from any depth of Main. No destructor runs.
[[noreturn]] void Return(int status);

/// Sets a function that abort() and failed assertions call before they return status 134: it
/// restores what the image changed.
void OnAbort(void (*undo)());

/// A page for code that is made at run time.
class CodePage {
 public:
  static constexpr std::size_t kSize = efi::kPageSize;

  /// A writable page at most `reach` bytes from `address`, if there is one.
  CodePage(std::uint64_t address, std::uint64_t reach);
  ~CodePage();
  CodePage(const CodePage&) = delete;
  CodePage& operator=(const CodePage&) = delete;

  /// The page, 4096-byte aligned; null when there is none.
  std::byte* data() const { return page_; }
  /// Makes the page executable and read-only where the firmware protects pages. False: refused.
  bool Protect();

 private:
  std::byte* page_ = nullptr;
};

}  // namespace trivet::platforms::hosted
