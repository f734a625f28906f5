#pragma once

#include <cstddef>
#include <cstdint>

/// As much of the firmware's interface as leaving it takes. [uefi] UEFI Specification 2.10.
namespace trivet::platforms::efi {

using Handle = void*;
using Status = std::uint64_t;  ///< [uefi] Appendix D

inline constexpr Status kErrorBit = std::uint64_t{1} << 63;
inline constexpr Status kInvalidParameter = kErrorBit | 2;
inline constexpr Status kUnsupported = kErrorBit | 3;

inline bool IsError(Status status) { return (status & kErrorBit) != 0; }

/// [uefi] 12.4, EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.
struct TextOutput {
  void* reset;
  Status (*output_string)(TextOutput* self, const char16_t* text);
};

/// [uefi] 4.4, EFI_BOOT_SERVICES.
struct BootServices {
  std::byte header[24];
  void* task_priority[2];
  void* pages[2];
  Status (*get_memory_map)(std::size_t* map_size, void* map, std::size_t* map_key,
                           std::size_t* descriptor_size, std::uint32_t* descriptor_version);
  void* pool[2];
  void* events[6];
  void* protocols[9];
  void* images[4];
  Status (*exit_boot_services)(Handle image, std::size_t map_key);
};
static_assert(offsetof(BootServices, get_memory_map) == 56);
static_assert(offsetof(BootServices, exit_boot_services) == 232);

/// [uefi] 4.3, EFI_SYSTEM_TABLE.
struct SystemTable {
  std::byte header[24];
  void* vendor[2];
  void* console_in[3];
  TextOutput* console_out;
  void* error_out[2];
  void* runtime_services;
  BootServices* boot_services;
};
static_assert(offsetof(SystemTable, console_out) == 64);
static_assert(offsetof(SystemTable, boot_services) == 96);

}  // namespace trivet::platforms::efi
