// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/random/subject.h"

#include <iterator>

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

const char* ToString(Call call) {
  static constexpr const char* kNames[] = {
      "Create",       "HardwareEnable", "HardwareDisable", "PrepareSuspend",
      "Resumed",      "SuspendFailed",  "Run first",       "Run second",
      "Unload first", "Unload second",  "Audit",           "HandOver",
      "PoweredDown",  "Panic",          "LeaveOnCpu",      "the host writes"};
  static_assert(std::size(kNames) == static_cast<unsigned>(Call::kCount));
  return kNames[static_cast<unsigned>(call)];
}

sim::GuestProgram RandomGuest() {
  return {sim::Msr(RegisterId::kVbarEl1, 0),    sim::Msr(RegisterId::kTtbr0El1, 1),
          sim::Msr(RegisterId::kTpidrEl0, 2),   sim::Msr(RegisterId::kSpEl0, 3),
          sim::Msr(RegisterId::kTpidrEl1, 4),   sim::Msr(RegisterId::kContextidrEl1, 5),
          sim::Msr(RegisterId::kMairEl1, 6),    sim::Msr(RegisterId::kElrEl1, 7),
          sim::Msr(RegisterId::kTpidrroEl0, 8), sim::Hvc(1)};
}

/// Of every guest: none uses its vector registers.
vectors::SveMemory<2> sve_memory;
vectors::SmeMemory<2> sme_memory;

vcpu::Config RandomConfig(const vcpu::BlockStage2& stage2, std::uint16_t vmid, Random& random) {
  Capabilities open;
  if (Chance(random, 50)) {
#define CAPABILITY(enumerator, ...) \
  if (Chance(random, 15)) open = open | Capability::enumerator;
#include "hal/regs/guest.def"
    if (open.Has(Capability::kSme)) open = open | Capability::kSve;
    if (open.Has(Capability::kSve)) open = open | Capability::kFp;
  }
  return {
      .entry = kRandomGuestEntry,
      .vtcr = vcpu::BlockStage2::vtcr(),
      .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2), vmid),
      .traps =
          Chance(random, 50)
              ? HcrEl2()
              : HcrEl2::FromRaw(
                    random() &
                    HcrEl2().twi(true).twe(true).tacr(true).tidcp(true).tsw(true).ttlb(true).raw()),
      .open = open,
      .sve = sve_memory,
      .sme = sme_memory,
      .counter_offset = random()};
}

}  // namespace trivet::tests
