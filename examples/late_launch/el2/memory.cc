// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "memory.h"

#include <algorithm>
#include <cstddef>

#include "cpu.h"
#include "hal/registers.h"
#include "launch.h"
#include "percpu/stage2_guard.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/stage2/identity_map.h"
#include "vcpu/stage2/table_pool.h"

extern "C" const char launch_header[], shared_begin[] asm("shared"), shared_end[];

namespace late {
namespace {

using trivet::Status;

/// Eight tables side by side resolve 42 bits from level 1; a few more for what is not mapped as a
/// whole.
constexpr unsigned kBits = 42;
constexpr std::uint16_t kVmid = 1;
vcpu::TablePoolMemory<32> table_memory;
vcpu::GuestMemory memory;

struct Range {
  std::uint64_t base, size;
};
unsigned Bits() { return std::min(kBits, trivet::percpu::PhysicalAddressBits()); }
std::uint64_t AddressOf(const char* place) { return reinterpret_cast<std::uint64_t>(place); }

}  // namespace

Status CreateMemory(vcpu::GuestMemory& of, std::uint16_t vmid) {
  const std::uint64_t tables = reinterpret_cast<std::uint64_t>(table_memory.tables);
  static vcpu::TablePool pool(table_memory.tables, table_memory.used, tables);
  return of.Create(pool, Bits(), vmid);
}

/// All of it is memory for stage 2: what stage 1 says is a device stays one. [arm-arm] "Combining
/// stage 1 and stage 2 memory type attributes".
Status PrepareMemory(std::uint64_t end) {
  const unsigned bits = Bits();
  if (end > std::uint64_t{1} << bits) return Status::kOutOfReach;
  if (const Status s = CreateMemory(memory, kVmid); s != Status::kOk) return s;
  const Range all[] = {{0, std::uint64_t{1} << bits}};
  const Range image[] = {{AddressOf(launch_header), LAUNCH_BYTES}};
  if (const Status s = MapIdentity(memory, all[0].size, all, image); s != Status::kOk) return s;
  const std::uint64_t readable = AddressOf(shared_begin);
  return memory.Map(readable, readable, AddressOf(shared_end) - readable,
                    {.permissions = {.read = true, .write = false, .execute = false}});
}

void UseMemory(const vcpu::GuestMemory& of) {
  hal::Cpu::Write<hal::VtcrEl2>(of.vtcr());
  hal::Cpu::Write<hal::VttbrEl2>(of.vttbr());
  hal::Cpu::Isb();
}

void UseMemory() { UseMemory(memory); }

}  // namespace late
