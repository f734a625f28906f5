// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "hal/cpu.h"
#include "platforms/fdt/tree.h"
#include "platforms/fdt/walk.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/board_block.h"
#include "platforms/runtime/efi_services.h"
#include "platforms/runtime/loader_tables.h"

// Entry of an image that UEFI firmware starts as an application. Its pointers are not relocated yet
// and the page of its code may be read-only: nothing here follows a pointer that the linker stored.

extern "C" [[noreturn]] void trivet_entry(const void* machine);

namespace trivet::platforms {
namespace {

// ExitBootServices() needs the key of the current memory map. Static, since allocating memory would
// change the map.
alignas(16) std::byte memory_map[0x8000];

// [uefi] 7.4.6: with a stale key the firmware may have stopped some of its services, and only these
// two calls are allowed; an event that fires in between makes the key stale.
constexpr int kAttempts = 8;

/// The memory map as the firmware wrote it.
struct MemoryMap {
  std::size_t size;
  std::size_t descriptor_size;

  /// The usable range that begins first at or behind `address`; null: none does.
  const efi::MemoryDescriptor* FirstFrom(std::uint64_t address) const {
    const efi::MemoryDescriptor* first = nullptr;
    for (std::size_t at = 0; at + sizeof(*first) <= size; at += descriptor_size) {
      const auto* const memory = reinterpret_cast<const efi::MemoryDescriptor*>(memory_map + at);
      if (!efi::IsUsable(*memory) || memory->pages == 0 || memory->start < address) continue;
      if (first == nullptr || memory->start < first->start) first = memory;
    }
    return first;
  }
};

void KeepMemory(const MemoryMap& map) {
  loader_memory = {};
  std::uint64_t end = 0;
  while (const efi::MemoryDescriptor* memory = map.FirstFrom(end)) {
    const std::uint64_t size = memory->pages * efi::kPageSize;
    if (end != 0 && end == memory->start && loader_memory.left_out() == 0) {
      loader_memory.all().back().size += size;
    } else {
      (void)loader_memory.Add({.base = memory->start, .size = size});
    }
    end = memory->start + size;
  }
}

efi::Status LeaveBootServices(efi::Handle image, efi::BootServices& services) {
  efi::Status status = efi::kInvalidParameter;
  std::size_t size;
  std::size_t descriptor_size = 0;
  for (int i = 0; i < kAttempts && status == efi::kInvalidParameter; ++i) {
    size = sizeof(memory_map);
    std::size_t key;
    std::uint32_t descriptor_version;
    status =
        services.get_memory_map(&size, memory_map, &key, &descriptor_size, &descriptor_version);
    if (efi::IsError(status)) return status;
    status = services.exit_boot_services(image, key);
  }
  if (!efi::IsError(status)) KeepMemory({.size = size, .descriptor_size = descriptor_size});
  return status;
}

void* ProtocolOf(efi::Handle image, const efi::BootServices& services, const efi::Guid& protocol) {
  void* interface = nullptr;
  const efi::Status status = services.handle_protocol(image, &protocol, &interface);
  return efi::IsError(status) ? nullptr : interface;
}

/// A boot entry's options may be anything: kept if they are ASCII text. The shell's begin with the
/// command's name.
void KeepLoadOptions(efi::Handle image, const efi::BootServices& services) {
  const auto* const loaded =
      static_cast<const efi::LoadedImage*>(ProtocolOf(image, services, efi::kLoadedImage));
  if (loaded == nullptr || loaded->options == nullptr) return;
  bool is_name = ProtocolOf(image, services, efi::kShellParameters) != nullptr;
  std::size_t kept = 0;
  for (std::size_t at = 0; at + 1 < loaded->options_size; at += 2) {
    const std::uint8_t low = loaded->options[at], high = loaded->options[at + 1];
    if (low == 0 && high == 0) break;
    const bool is_text = high == 0 && (low == '\t' || (low >= ' ' && low < 0x7f));
    if (!is_text || kept + 1 == sizeof(load_options)) {
      load_options[0] = '\0';
      return;
    }
    if (is_name) {
      is_name = low != ' ';
    } else {
      load_options[kept++] = static_cast<char>(low);
    }
  }
  load_options[kept] = '\0';
}

const void* Find(const efi::SystemTable& system, const std::uint64_t (&guid)[2]) {
  for (std::size_t i = 0; i < system.configuration_count; ++i) {
    const efi::Configuration& configuration = system.configurations[i];
    if (configuration.guid[0] == guid[0] && configuration.guid[1] == guid[1]) {
      return configuration.table;
    }
  }
  return nullptr;
}

/// Why an image without a tree of its own cannot use the firmware's; null: it can. GRUB makes a
/// tree with nothing but /chosen where the firmware has none. fdt's readers follow no stored
/// pointer.
const char16_t* WhyNoMachine(const void* device_tree) {
  if (device_tree == nullptr)
    return u"platforms/runtime: the firmware has no device tree and no ACPI tables, and the image "
           u"has no tree\r\n";
  const auto* const words = static_cast<const std::uint32_t*>(device_tree);
  const auto size = fdt::Tree::SizeAt(words);
  const auto tree = fdt::Tree::Check(std::span(words, size ? (*size + 3) / 4 : 0));
  if (!tree) return u"platforms/runtime: the firmware's device tree is refused: it is damaged\r\n";
  if (!fdt::FindPath(*tree, "/cpus")) {
    return u"platforms/runtime: the firmware's device tree has no node cpus, "
           u"and the image has no tree of its own\r\n";
  }
  return nullptr;
}

void Print(const efi::SystemTable& system, std::string_view text) {
  for (const char byte : text) {
    const char16_t one[] = {static_cast<unsigned char>(byte), u'\0'};
    system.console_out->output_string(system.console_out, one);
  }
}

/// Long enough to be read: GRUB clears the screen when an image returns.
efi::Status Refuse(const efi::SystemTable& system, const char16_t* why) {
  constexpr std::size_t kMicroseconds = 2'000'000;
  system.console_out->output_string(system.console_out, why);
  system.boot_services->stall(kMicroseconds);
  return efi::kUnsupported;
}

efi::Status Refuse(const efi::SystemTable& system, const acpi::Refused& refused) {
  const auto name = refused.name();
  system.console_out->output_string(system.console_out,
                                    u"platforms/runtime: the firmware's ACPI table ");
  Print(system, {name.data(), name.size()});
  Print(system, " is refused: ");
  Print(system, acpi::ToString(refused.error));
  return Refuse(system, u"\r\n");
}

}  // namespace
}  // namespace trivet::platforms

/// [uefi] 4.1, EFI_IMAGE_ENTRY_POINT. Returns to the firmware, with its services alive, if this
/// image cannot run.
extern "C" trivet::platforms::efi::Status trivet_efi_entry(
    trivet::platforms::efi::Handle image, trivet::platforms::efi::SystemTable* system) {
  using namespace trivet::platforms;
  if (trivet::hal::Cpu::Read<trivet::hal::CurrentEl>().el() != 2) {
    return Refuse(*system, u"platforms/runtime: the image was not entered at EL2\r\n");
  }
  const void* machine = Find(*system, efi::kDeviceTreeGuid);
  if (const char16_t* const why = WhyNoMachine(machine)) {
    const void* const root = Find(*system, efi::kAcpiGuid);
    const auto tables = FindLoaderTables(reinterpret_cast<std::uintptr_t>(root));
    const bool has_board = trivet_board_block[0] != 0;
    if (!has_board && !tables) return Refuse(*system, why);
    if (!has_board && !*tables) return Refuse(*system, tables->error());
    if (tables) machine = root;
  }
  KeepLoadOptions(image, *system->boot_services);
  const efi::Status status = LeaveBootServices(image, *system->boot_services);
  if (efi::IsError(status)) return status;
  trivet_entry(machine);
}
