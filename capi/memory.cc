// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>
#include <span>

#include "capi/host_cpu.h"
#include "capi/object.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/stage2/table_pool.h"

namespace trivet::capi {
namespace {

/// A stage 2 with tables of its own.
struct OwnMemory {
  vcpu::TablePool pool;
  vcpu::GuestMemory memory = {};

  explicit OwnMemory(const trivet_memory_config& config)
      : pool(std::span(static_cast<vcpu::Table*>(config.tables), config.table_count),
             std::span(config.used, (config.table_count + 63) / 64), config.tables_pa) {}
};

vcpu::GuestMemory& Memory(trivet_memory* memory) { return As<OwnMemory>(memory).memory; }
const vcpu::GuestMemory& Memory(const trivet_memory* memory) {
  return As<OwnMemory>(memory).memory;
}

bool IsPossible(const trivet_memory_config& config) {
  const bool aligned =
      (reinterpret_cast<std::uintptr_t>(config.tables) | config.tables_pa) % sizeof(vcpu::Table) ==
      0;
  return config.tables != nullptr && config.used != nullptr && aligned;
}

vcpu::Permissions PermissionsOf(std::uint32_t rights) {
  return {.read = (rights & TRIVET_READ) != 0,
          .write = (rights & TRIVET_WRITE) != 0,
          .execute = (rights & TRIVET_EXECUTE) != 0};
}
constexpr std::uint32_t kPermissions = TRIVET_READ | TRIVET_WRITE | TRIVET_EXECUTE;

}  // namespace
}  // namespace trivet::capi

using trivet::capi::Cpu;
using trivet::capi::kPermissions;
using trivet::capi::Memory;
using trivet::capi::ToC;

trivet_status trivet_memory_create(trivet_memory* memory, size_t size, uint32_t abi,
                                   const trivet_memory_config* config) {
  const trivet_status status = trivet::capi::CheckObject(memory, size, abi);
  if (status != TRIVET_OK) return status;
  if (!trivet::capi::IsPossible(*config)) return TRIVET_INVALID_ARGUMENT;
  auto& own = trivet::capi::Make<trivet::capi::OwnMemory>(memory, *config);
  return ToC(own.memory.Create(own.pool, config->ipa_bits, config->vmid));
}

trivet_status trivet_memory_map(trivet_memory* memory, uint64_t ipa, uint64_t pa, uint64_t bytes,
                                uint32_t rights) {
  if ((rights & ~(kPermissions | TRIVET_DEVICE)) != 0) return TRIVET_INVALID_ARGUMENT;
  const auto type = (rights & TRIVET_DEVICE) != 0 ? trivet::vcpu::MemoryType::kDevice
                                                  : trivet::vcpu::MemoryType::kNormal;
  return ToC(Memory(memory).Map(
      ipa, pa, bytes, {.type = type, .permissions = trivet::capi::PermissionsOf(rights)}));
}

trivet_status trivet_memory_unmap(trivet_memory* memory, trivet_cpu* cpu, uint64_t ipa,
                                  uint64_t bytes) {
  return ToC(Memory(memory).Unmap(Cpu(cpu), ipa, bytes));
}

trivet_status trivet_memory_protect(trivet_memory* memory, trivet_cpu* cpu, uint64_t ipa,
                                    uint64_t bytes, uint32_t rights) {
  if ((rights & ~kPermissions) != 0) return TRIVET_INVALID_ARGUMENT;
  return ToC(Memory(memory).Protect(Cpu(cpu), ipa, bytes, trivet::capi::PermissionsOf(rights)));
}

int trivet_memory_walk(const trivet_memory* memory, uint64_t ipa, uint64_t* pa) {
  const auto mapping = Memory(memory).Walk(ipa);
  if (mapping) *pa = mapping->pa;
  return mapping ? 1 : 0;
}

uint64_t trivet_memory_vtcr(const trivet_memory* memory) { return Memory(memory).vtcr().raw(); }
uint64_t trivet_memory_vttbr(const trivet_memory* memory) { return Memory(memory).vttbr().raw(); }
