// SPDX-License-Identifier: Apache-2.0 OR MIT
// Panic at every step boundary of every operation, a guest's run included: the host's registers are
// restored and synchronized, whichever operation was interrupted.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/pe.h"
#include "tests/support/machine.h"
#include "tests/support/sim/sim_machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/switched.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

enum class Operation { kEnable, kFirstRun, kSecondRun, kUnload, kAudit, kDisable, kCount };

/// Thrown at the panic: the interrupted operation does not continue.
struct Panicked {};

/// Registers written by exceptions and by the caller's mask, not by Trivet.
bool IsTheHostsToLose(RegisterId id) {
  static const std::set<RegisterId> ids = {RegisterId::kElrEl2,   RegisterId::kSpsrEl2,
                                           RegisterId::kEsrEl2,   RegisterId::kFarEl2,
                                           RegisterId::kHpfarEl2, RegisterId::kDaif};
  return ids.contains(id);
}

using Manager = vgic::VirtualCpuInterface<vgic::GicV3Interface, 4, 1>;

/// One host, one guest, with or without interrupts, and the operations in the order of the
/// enumeration.
class PanicRig {
 public:
  PanicRig(HostKind kind, bool has_interrupts)
      : machine_(kind), has_interrupts_(has_interrupts), guest_(GuestConfig()) {
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    Cpu::Write<VbarEl1>(VbarEl1::FromRaw(0x800));
    if (has_interrupts) InjectActive();
    Cpu::Isb();
    before_ = SimulatedPe().Snapshot();
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
  }

  void DoAllBefore(Operation operation) {
    for (int i = 0; i < static_cast<int>(operation); ++i) Do(static_cast<Operation>(i));
  }

  void Do(Operation operation) {
    switch (operation) {
      case Operation::kEnable: return ExpectOk(cpu_.HardwareEnable());
      case Operation::kFirstRun:
      case Operation::kSecondRun: return ExpectOk(RunGuest());
      case Operation::kUnload: return ExpectOk(guest_.Unload(cpu_));
      case Operation::kAudit: return ExpectOk(cpu_.Audit());
      case Operation::kDisable: return ExpectOk(cpu_.HardwareDisable());
      case Operation::kCount: break;
    }
  }

  /// Panics at the n-th step boundary at EL2 from now, and checks the registers.
  void PanicAtBoundary(unsigned n) {
    SimulatedPe().SetStepHook([this, n, seen = 0u](sim::Pe& pe) mutable {
      if (pe.pstate().el() < 2 || ++seen != n) return;
      const bool loaded = cpu_.guest_owner() != nullptr;
      cpu_.Panic();
      ExpectTheHostsWorld(pe);
      if (has_interrupts_) ExpectInactive(pe, loaded);
      cpu_.Panic();
      ExpectTheHostsWorld(pe);
      throw Panicked();
    });
  }

 private:
  static constexpr unsigned kSpis[] = {190, 191};

  static void ExpectOk(Status status) { EXPECT_EQ(status, Status::kOk); }

  Status RunGuest() {
    const Result<vcpu::Exit> exit = guest_.Run(cpu_);
    return exit ? Status::kOk : exit.error();
  }

  vcpu::Config GuestConfig() {
    constexpr std::uint64_t kEntry = 0x4020'0000;
    SimulatedPe().memory().Place(
        kEntry, {sim::Msr(RegisterId::kVbarEl1, 0), sim::Hvc(1), sim::Hvc(2), sim::Hvc(3)});
    const std::uint64_t block = vcpu::BlockStage2::kBlockSize;
    ExpectOk(stage2_.Map(block, block, vcpu::MemoryType::kNormal));
    return {.entry = kEntry,
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), 5),
            .traps = HcrEl2().twi(true),
            .interrupts = has_interrupts_ ? &switched_ : nullptr};
  }

  /// The host has list registers of its own; the guest an interrupt of a device, which is active.
  void InjectActive() {
    using vgic::GicV3Interface;
    Cpu::Write<IccSreEl2>(IccSreEl2().sre(true).dfb(true).dib(true).enable(true));
    Cpu::Write<IccPmrEl1>(IccPmrEl1().priority(0xff));
    Cpu::Write<IccIgrpen1El1>(IccIgrpen1El1().enable(true));
    Cpu::Write<IchVmcrEl2>(IchVmcrEl2().vpmr(0x80));  // [gic] From here on its VBPRs are legal.
    Cpu::Isb();
    ExpectOk(manager_.Create());
    for (unsigned n = 0; n < manager_.has().list_registers; ++n) {
      GicV3Interface::WriteListRegister(n, vgic::Interrupt::Edge(40 + n).value());
    }
    for (const unsigned spi : kSpis) {
      SimulatedPe().SetInterruptPending(spi);
      EXPECT_EQ(GicV3Interface::Acknowledge(), spi);
      GicV3Interface::DropPriority(spi);
      ExpectOk(manager_.Inject(vgic::Interrupt::Hardware(spi, spi).priority(0x80)));
    }
    ExpectOk(manager_.Inject(vgic::Interrupt::Level(40)));
  }

  /// Of a guest that is not loaded the manager is as it was.
  void ExpectInactive(sim::Pe& pe, bool loaded) {
    for (const unsigned spi : kSpis) EXPECT_EQ(pe.gic().IsActive(spi), !loaded) << spi;
    manager_.Reset();
    for (const unsigned spi : kSpis) EXPECT_FALSE(pe.gic().IsActive(spi)) << spi;
  }

  void ExpectTheHostsWorld(const sim::Pe& pe) {
    const sim::PeState now = pe.Snapshot();
    for (const RegisterInfo& info : AllRegisters()) {
      if (info.storage != info.id || IsTheHostsToLose(info.id)) continue;
      const auto index = static_cast<unsigned>(info.id);
      EXPECT_EQ(now.cells[index].value, before_.cells[index].value) << info.name;
      // TPIDR_EL2 has no indirect readers. [arm-arm] TPIDR_EL2.
      if (info.id == RegisterId::kTpidrEl2) continue;
      EXPECT_FALSE(pe.IsPending(info.id)) << info.name << " is not synchronized";
    }
    EXPECT_FALSE(cpu_.IsEnabled());
  }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
  vcpu::BlockStage2 stage2_;
  const bool has_interrupts_;
  Manager manager_;
  vgic::Switched<Manager> switched_{manager_};
  vcpu::Vcpu guest_;
  sim::PeState before_;
};

class Panic : public ::testing::TestWithParam<std::tuple<HostKind, bool>> {};

TEST_P(Panic, FromEveryStepOfEveryOperationTheHostHasItsRegistersBack) {
  for (int i = 0; i < static_cast<int>(Operation::kCount); ++i) {
    const auto operation = static_cast<Operation>(i);
    unsigned n = 1;
    for (bool reached = true; reached && !HasFailure(); n += reached ? 1 : 0) {
      SCOPED_TRACE("operation " + std::to_string(i) + ", boundary " + std::to_string(n));
      PanicRig rig(std::get<HostKind>(GetParam()), std::get<bool>(GetParam()));
      rig.DoAllBefore(operation);
      rig.PanicAtBoundary(n);
      reached = false;
      try {
        rig.Do(operation);
      } catch (const Panicked&) {
        reached = true;
      }
      SimulatedPe().SetStepHook(nullptr);
    }
    EXPECT_GE(n, 5u);
  }
}

INSTANTIATE_TEST_SUITE_P(HostKinds, Panic,
                         ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kNvheTge,
                                                              HostKind::kVhe),
                                            ::testing::Bool()));

}  // namespace
}  // namespace trivet::tests
