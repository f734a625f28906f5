// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hypervisor.h"

#include "hal/cpu.h"
#include "hal/registers.h"

namespace embedder {
namespace {

using trivet::Result;
using trivet::Status;
using trivet::hal::Cpu;
using trivet::vcpu::BlockStage2;
using trivet::vcpu::Exit;
using trivet::vcpu::ExitReason;

constexpr std::uint16_t kVmid = 1;

/// A physical interrupt ended the run and is still pending: let the host's handler take it.
void TakeInterrupts() {
  const trivet::hal::Daif masked = Cpu::DaifMask();
  Cpu::DaifRestore(trivet::hal::Daif().d(true));
  Cpu::Isb();
  Cpu::DaifRestore(masked);
}

}  // namespace

Status Hypervisor::Start() {
  if (const Status status = cpu_.Create(Cpu::CurrentCpu()); status != Status::kOk) return status;
  return cpu_.HardwareEnable();
}

Status Hypervisor::Stop() { return cpu_.HardwareDisable(); }

Result<std::uint64_t> Hypervisor::RunGuest(Machine& machine, std::uint64_t entry) {
  const std::uint64_t block = entry / BlockStage2::kBlockSize * BlockStage2::kBlockSize;
  machine.Show(&stage2_, sizeof(stage2_));
  if (const Status status = stage2_.Map(block, block, trivet::vcpu::MemoryType::kNormal);
      status != Status::kOk) {
    return std::unexpected(status);
  }
  guest_.emplace(
      trivet::vcpu::Config{.entry = entry,
                           .vtcr = BlockStage2::vtcr(),
                           .vttbr = BlockStage2::vttbr(Host::PhysicalAddressOf(&stage2_), kVmid),
                           .traps = trivet::hal::HcrEl2().twi(true),
                           .mpidr = Cpu::Read<trivet::hal::MpidrEl1>()});
  for (;;) {
    const Result<Exit> exit = guest_->Run(cpu_);
    if (!exit) return std::unexpected(exit.error());
    switch (Serve(*exit)) {
      case Next::kRun: break;
      case Next::kStopped: return guest_->frame().x[0];
      case Next::kRefused: return std::unexpected(Status::kInvalidArgument);
    }
  }
}

Hypervisor::Next Hypervisor::Serve(const Exit& exit) {
  switch (exit.reason) {
    case ExitReason::kHypercall:
      return ServeHypercall(exit.syndrome.immediate(), guest_->frame().x[0]);
    case ExitReason::kWaitTrap: guest_->SkipInstruction(); return Next::kRun;
    case ExitReason::kIrq:
    case ExitReason::kFiq: TakeInterrupts(); return Next::kRun;
    default: return Next::kRefused;
  }
}

Hypervisor::Next Hypervisor::ServeHypercall(std::uint16_t number, std::uint64_t argument) {
  if (number == kStop) return Next::kStopped;
  if (number != kPrint || printed_size_ == sizeof(printed_)) return Next::kRefused;
  printed_[printed_size_++] = static_cast<char>(argument);
  return Next::kRun;
}

}  // namespace embedder
