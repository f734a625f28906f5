// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "platforms/hosted/host.h"
#include "platforms/hosted/start.h"

namespace trivet::platforms::hosted {
namespace {

/// [uefi] EFI_MEMORY_ATTRIBUTE_PROTOCOL, which firmware has if it protects pages.
struct MemoryAttributes {
  void* get;
  efi::Status (*set)(MemoryAttributes* self, std::uint64_t base, std::uint64_t size,
                     std::uint64_t attributes);
  efi::Status (*clear)(MemoryAttributes* self, std::uint64_t base, std::uint64_t size,
                       std::uint64_t attributes);
};
constexpr efi::Guid kMemoryAttributes = {
    0xf4560cf6, 0x40ec, 0x4b4a, {0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89}};
constexpr std::uint64_t kExecuteNever = 0x4000;
constexpr std::uint64_t kReadOnly = 0x20000;

/// Under `go` every page is executable: a page of the image is used if it is near enough.
alignas(CodePage::kSize) std::byte own_page[CodePage::kSize];

bool IsNear(const std::byte* page, std::uint64_t address, std::uint64_t reach) {
  const auto at = reinterpret_cast<std::uint64_t>(page);
  return std::max(at, address) - std::min(at, address) + CodePage::kSize <= reach;
}

/// The highest free page below address + reach.
std::byte* AllocateFromFirmware(std::uint64_t address, std::uint64_t reach) {
  std::uint64_t page = address + reach - CodePage::kSize;
  const efi::Status status = TheHost().firmware->boot_services->allocate_pages(
      efi::Allocate::kMaxAddress, efi::Memory::kLoaderCode, 1, &page);
  return efi::IsError(status) ? nullptr : reinterpret_cast<std::byte*>(page);
}

std::byte* Candidate(std::uint64_t address, std::uint64_t reach) {
  if (TheHost().firmware != nullptr) return AllocateFromFirmware(address, reach);
  return IsNear(own_page, address, reach) ? own_page : command_context.page;
}

void Free(std::byte* page) {
  if (page == nullptr || TheHost().firmware == nullptr) return;
  TheHost().firmware->boot_services->free_pages(reinterpret_cast<std::uint64_t>(page), 1);
}

MemoryAttributes* Protection() {
  if (TheHost().firmware == nullptr) return nullptr;
  void* interface = nullptr;
  const efi::Status status =
      TheHost().firmware->boot_services->locate_protocol(&kMemoryAttributes, nullptr, &interface);
  return efi::IsError(status) ? nullptr : static_cast<MemoryAttributes*>(interface);
}

}  // namespace

CodePage::CodePage(std::uint64_t address, std::uint64_t reach) {
  std::byte* const candidate = Candidate(address, reach);
  if (candidate != nullptr && IsNear(candidate, address, reach)) {
    page_ = candidate;
  } else {
    Free(candidate);
  }
}

bool CodePage::Protect() {
  MemoryAttributes* const protection = Protection();
  if (protection == nullptr) return true;
  const auto base = reinterpret_cast<std::uint64_t>(page_);
  return !efi::IsError(protection->set(protection, base, kSize, kReadOnly)) &&
         !efi::IsError(protection->clear(protection, base, kSize, kExecuteNever));
}

CodePage::~CodePage() {
  MemoryAttributes* const protection = page_ != nullptr ? Protection() : nullptr;
  if (protection != nullptr) {
    const auto base = reinterpret_cast<std::uint64_t>(page_);
    protection->clear(protection, base, kSize, kReadOnly);
  }
  Free(page_);
}

}  // namespace trivet::platforms::hosted
