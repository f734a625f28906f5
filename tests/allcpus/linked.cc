// SPDX-License-Identifier: Apache-2.0 OR MIT
// Trivet's templates and inline functions, as an image instantiates them; exclusives_test reads
// their disassembly and that of all they link.

#include "allcpus/all_cpus.h"
#include "percpu/minimal_cpu.h"
#include "percpu/per_cpu.h"
#include "vcpu/vcpu.h"

namespace trivet {

struct LinkedHost {
  static vectors::Handlers HandlersFor(CpuId);
};

namespace {

constinit percpu::PerCpu<LinkedHost> cpu;
constinit percpu::MinimalCpu<LinkedHost> minimal;
constinit allcpus::AllCpus<4> all;
constexpr percpu::MaskedAndPinned kPromise = {};

}  // namespace

extern "C" {
Status LinkedLeader(allcpus::SystemCounter& clock) {
  return all.EnableAll(0, allcpus::Local(cpu), clock, 1000, [] {});
}
Status LinkedMember(allcpus::PollCount& clock) {
  return all.Join(1, allcpus::Local(cpu), clock, 1000);
}
Status LinkedMinimal() {
  (void)minimal.Claim(kPromise);
  (void)minimal.HardwareEnable(kPromise);
  (void)minimal.HardwareDisable(kPromise);
  return minimal.Release(kPromise);
}
Status LinkedEvents() {
  (void)cpu.Create(cpu.cpu());
  (void)cpu.PrepareSuspend();
  (void)cpu.Resumed();
  (void)cpu.SuspendFailed();
  cpu.PoweredDown();
  (void)cpu.Audit();
  cpu.Panic();
  return cpu.HandOver();
}
bool LinkedRun(vcpu::Vcpu& guest) { return guest.Run(cpu).has_value() && guest.Run(cpu, kPromise); }
}

}  // namespace trivet
