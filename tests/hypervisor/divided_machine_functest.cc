// SPDX-License-Identifier: Apache-2.0 OR MIT
// A machine of four CPUs that two guests divide; what a failed check does.

#include <atomic>
#include <cstdint>
#include <optional>

#include "hal/status.h"
#include "hypervisor/divided_machine.h"
#include "hypervisor/host.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/power.h"
#include "vcpu/psci/guest_psci.h"
#include "vcpu/psci/waiting_cpus.h"
#include "vcpu/stage2/guest_memory.h"
#include "vgic/partition/machine.h"

namespace trivet::tests {
namespace {

constexpr unsigned kCpus = 4, kOfTheFirst = 3;

struct FakeGuestBase {
  const char* name;
  vcpu::GuestMemory memory = {};
  vcpu::GuestPsci<hypervisor::kMaxCpus> psci = {};
};

/// Where each CPU arrived.
struct Served {
  const void* guest = nullptr;
  unsigned vcpu = ~0u;
};
Served served[kCpus];
std::atomic<unsigned> arrived = 0;

void Expect(bool holds, const char* what) {
  if (!holds) hypervisor::Stop(what);
}

template <class AnyGic>
struct FakeCpu {
  using Gic = AnyGic;
  struct Guest : FakeGuestBase {
    std::optional<Gic> gic = {};
  };

  [[noreturn]] void Serve(Guest& guest, unsigned vcpu) {
    served[platforms::ThisCpuIndex()] = {&guest, vcpu};
    ++arrived;
    vcpu::WakeWaitingCpus();
    while (arrived != kCpus || platforms::ThisCpuIndex() != 1) asm volatile("wfe");
    for (unsigned cpu = 0; cpu < kCpus; ++cpu) {
      Expect(served[cpu].vcpu == cpu % kOfTheFirst, "another vCPU");
      Expect((served[cpu].guest == served[0].guest) == (cpu < kOfTheFirst), "another guest");
    }
    platforms::ConsoleLine().Text("divided: PASS");
    platforms::PowerOff(0);
  }
};

/// Neighbours' memory of some kinds, inside a block of 2 MiB and across two.
constexpr platforms::MemoryRange kAnothers = {0x5020'3000, 0x20'1000};

template <class Gic>
void ExpectMemory(const vcpu::GuestMemory& memory) {
  const auto mapped = [&](std::uint64_t ipa) { return memory.Walk(ipa).has_value(); };
  const platforms::MemoryRange image = platforms::ImageRange();
  Expect(!mapped(image.base) && !mapped(image.base + image.size - 1), "the image is mapped");
  Expect(mapped(image.base - 1) && mapped(image.base + image.size), "the image's neighbours");
  const std::uint64_t end = kAnothers.base + kAnothers.size;
  Expect(!mapped(kAnothers.base) && !mapped(end - 1), "another's memory is mapped");
  Expect(mapped(kAnothers.base - 1) && mapped(end), "another's neighbours are not mapped");
  Expect(memory.Walk(end)->pa == end, "not as itself");
}

template <class Gic>
[[noreturn]] void Run(const typename Gic::Physical& gic) {
  using Cpu = FakeCpu<Gic>;
  static hypervisor::DividedMachine<Cpu> machine(gic, vgic::OwnerTable(1));
  static typename Cpu::Guest first = {{.name = "the first"}}, second = {{.name = "the second"}};
  machine.Give(first, 1, 0, kOfTheFirst);
  machine.Give(second, 2, kOfTheFirst, 1);
  machine.MapMachine(first, {kAnothers});
  ExpectMemory<Gic>(first.memory);
  Expect(!second.memory.Walk(kAnothers.base).has_value(), "memory of a guest that has none");
  Expect(second.psci.StateOf(0) == vcpu::psci::CpuState::kOn, "vCPU 0 is off");
  machine.Run();
}

}  // namespace
}  // namespace trivet::tests

int main() {
  namespace platforms = trivet::platforms;
  if (platforms::CommandLine().contains("fails")) {
    trivet::hypervisor::Check(trivet::Status::kOk, "this is no failure");
    trivet::hypervisor::Check(trivet::Status::kInUse, "planned");
  }
  const auto run = []<class Gic>(const typename Gic::Physical& gic) -> trivet::Status {
    trivet::tests::Run<Gic>(gic);
    return trivet::Status::kOk;
  };
  trivet::hypervisor::Check(
      trivet::vgic::WithGuestGic(platforms::ThisMachine().interrupt_controller, run), "no GIC");
  return 1;
}
