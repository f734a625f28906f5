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

/// [uefi] 4.6, EFI_CONFIGURATION_TABLE, with the EFI_GUID as it lies in memory.
struct Configuration {
  std::uint64_t guid[2];
  void* table;
};

/// [uefi] 4.6.1.3, EFI_DTB_TABLE_GUID: b1b621d5-f19c-41a5-830b-d9152c69aae0.
inline constexpr std::uint64_t kDeviceTreeGuid[2] = {0x41a5'f19c'b1b6'21d5, 0xe0aa'692c'15d9'0b83};

/// [uefi] 4.3, EFI_SYSTEM_TABLE.
struct SystemTable {
  std::byte header[24];
  void* vendor[2];
  void* console_in[3];
  TextOutput* console_out;
  void* error_out[2];
  void* runtime_services;
  BootServices* boot_services;
  std::size_t configuration_count;
  const Configuration* configurations;
};
static_assert(offsetof(SystemTable, console_out) == 64);
static_assert(offsetof(SystemTable, boot_services) == 96);
static_assert(offsetof(SystemTable, configurations) == 112);

}  // namespace trivet::platforms::efi
