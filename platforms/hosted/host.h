#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "platforms/machine/description.h"
#include "platforms/runtime/efi_services.h"

/// The host that an image lives under: it was there before, goes on meanwhile, and gets its CPU
/// back.
namespace trivet::platforms::hosted {

/// What the host gave the image.
struct Host {
  std::span<const char* const> arguments;  ///< Of the command; the first is the image's address.
  efi::Handle image = nullptr;             ///< Of the UEFI application.
  efi::SystemTable* firmware = nullptr;    ///< UEFI with its boot services; null under `go`.
};

/// What the image defines. Called at EL2 with SP_EL2 on the host's stack, MMU, caches, vectors and
/// interrupt mask the host's. The host gets the status (0 to 255) back: as the result of `go`, or
/// as EFI_SUCCESS for 0 and EFI_ABORTED for others.
int Main(const Host& host);

/// The host this image was started by.
const Host& TheHost();

/// Under `go`: what the device tree of the board says, or the one that the command names by an
/// argument "fdt=ADDRESS". Empty otherwise.
const Description& Machine();

/// Writes to the host's console, '\n' as its line end: ConOut of UEFI, the board's UART under
/// `go`. At EL2; under UEFI at TPL_NOTIFY or lower, interrupts as the host had them, no guest
/// loaded: the firmware's drivers run.
void Write(std::string_view text);

/// Returns to the host at once, from any depth of Main. No destructor runs.
[[noreturn]] void Return(int status);

/// Called before abort() and failed assertions return to the host with status 134, to put back
/// what the image changed.
void OnAbort(void (*undo)());

/// A page of the host's for code that is made at run time.
class CodePage {
 public:
  static constexpr std::size_t kSize = efi::kPageSize;

  /// A page at most `reach` bytes from `address`, writable; none when there is none.
  CodePage(std::uint64_t address, std::uint64_t reach);
  ~CodePage();
  CodePage(const CodePage&) = delete;
  CodePage& operator=(const CodePage&) = delete;

  /// The page, 4096-byte aligned; null when there is none.
  std::byte* data() const { return page_; }
  /// Makes it executable where the host maps it otherwise, and then read-only. False: refused.
  bool Protect();

 private:
  std::byte* page_ = nullptr;
};

}  // namespace trivet::platforms::hosted
