// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// The part of the firmware's interface that images use. [uefi] UEFI Specification 2.10.
namespace trivet::platforms::efi {

using Handle = void*;
using Status = std::uint64_t;  ///< [uefi] Appendix D

inline constexpr Status kSuccess = 0;
inline constexpr Status kErrorBit = std::uint64_t{1} << 63;
inline constexpr Status kInvalidParameter = kErrorBit | 2;
inline constexpr Status kUnsupported = kErrorBit | 3;
inline constexpr Status kAborted = kErrorBit | 21;

inline bool IsError(Status status) { return (status & kErrorBit) != 0; }

/// [uefi] 12.4, EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.
struct TextOutput {
  void* reset;
  Status (*output_string)(TextOutput* self, const char16_t* text);
};

struct Guid {
  std::uint32_t first;
  std::uint16_t second, third;
  std::uint8_t last[8];
};

/// [uefi] 7.2: EFI_ALLOCATE_TYPE, EFI_MEMORY_TYPE, EFI_PAGE_SIZE.
enum class Allocate : std::uint32_t { kAnyPages, kMaxAddress, kAddress };
enum class Memory : std::uint32_t { kReserved, kLoaderCode, kLoaderData };
inline constexpr std::size_t kPageSize = 4096;

/// [uefi] 7.1: events, task priority levels, EFI_TIMER_DELAY.
using Event = void*;
inline constexpr std::uint32_t kTimerEvent = 0x8000'0000;
inline constexpr std::uint32_t kNotifySignal = 0x0000'0200;
inline constexpr std::size_t kTplCallback = 8;
enum class Timer : std::uint32_t { kCancel, kPeriodic, kRelative };
inline constexpr std::uint64_t kTimerUnitsPerMicrosecond = 10;

/// [uefi] 4.4, EFI_BOOT_SERVICES.
struct BootServices {
  std::byte header[24];
  void* task_priority[2];
  Status (*allocate_pages)(Allocate how, Memory type, std::size_t pages, std::uint64_t* address);
  Status (*free_pages)(std::uint64_t address, std::size_t pages);
  Status (*get_memory_map)(std::size_t* map_size, void* map, std::size_t* map_key,
                           std::size_t* descriptor_size, std::uint32_t* descriptor_version);
  void* pool[2];
  Status (*create_event)(std::uint32_t type, std::size_t priority,
                         void (*notify)(Event event, void* context), void* context, Event* event);
  Status (*set_timer)(Event event, Timer type, std::uint64_t units);
  Status (*wait_for_event)(std::size_t count, Event* events, std::size_t* index);
  void* signal_event;
  Status (*close_event)(Event event);
  void* check_event;
  void* own_protocols[3];
  Status (*handle_protocol)(Handle handle, const Guid* protocol, void** interface);
  void* protocols[5];
  void* images[2];
  Status (*exit)(Handle image, Status status, std::size_t data_size, char16_t* data);
  void* unload_image;
  Status (*exit_boot_services)(Handle image, std::size_t map_key);
  void* monotonic_count;
  Status (*stall)(std::size_t microseconds);
  void* watchdog;
  void* drivers[2];
  void* open_protocols[3];
  void* handles[2];
  Status (*locate_protocol)(const Guid* protocol, void* registration, void** interface);
};
static_assert(offsetof(BootServices, get_memory_map) == 56);
static_assert(offsetof(BootServices, handle_protocol) == 152);
static_assert(offsetof(BootServices, exit) == 216);
static_assert(offsetof(BootServices, exit_boot_services) == 232);
static_assert(offsetof(BootServices, locate_protocol) == 320);

/// [uefi] 9.1, EFI_LOADED_IMAGE_PROTOCOL.
inline constexpr Guid kLoadedImage = {
    0x5b1b'31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
struct LoadedImage {
  std::uint32_t revision;
  void* loader[4];
  void* reserved;
  std::uint32_t options_size;   ///< Bytes.
  const std::uint8_t* options;  ///< UCS-2 text, by convention.
};
static_assert(offsetof(LoadedImage, options) == 56);

/// [uefi-shell] 2.3, EFI_SHELL_PARAMETERS_PROTOCOL: an image that the shell started has it.
inline constexpr Guid kShellParameters = {
    0x752f'3136, 0x4e16, 0x4fdc, {0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca}};

/// [uefi] 4.6, EFI_CONFIGURATION_TABLE, with the EFI_GUID as it lies in memory.
struct Configuration {
  std::uint64_t guid[2];
  void* table;
};

/// [uefi] 7.2, EFI_MEMORY_DESCRIPTOR; descriptors may be longer.
struct MemoryDescriptor {
  std::uint32_t type;
  std::uint64_t start;
  std::uint64_t virtual_start;
  std::uint64_t pages;
  std::uint64_t attributes;
};

/// [uefi] 7.2, table "Memory Type Usage after ExitBootServices": what is left to its caller, of
/// what can be cached.
inline bool IsUsable(const MemoryDescriptor& memory) {
  constexpr std::uint64_t kWriteBack = 8;
  constexpr std::uint32_t kLoaderCode = 1, kBootServicesData = 4, kConventional = 7;
  const bool is_left = memory.type >= kLoaderCode && memory.type <= kBootServicesData;
  return (is_left || memory.type == kConventional) && (memory.attributes & kWriteBack) != 0;
}

/// [uefi] 4.6.1.1, EFI_ACPI_20_TABLE_GUID: 8868e871-e4f1-11d3-bc22-0080c73c8881.
inline constexpr std::uint64_t kAcpiGuid[2] = {0x11d3'e4f1'8868'e871, 0x8188'3cc7'8000'22bc};

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
