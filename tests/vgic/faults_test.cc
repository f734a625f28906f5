// SPDX-License-Identifier: Apache-2.0 OR MIT
// Faults of other hypervisors' list-register managers, by the rule that each broke.

#include <gtest/gtest.h>

#include <vector>

#include "sim/gic/list_registers.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {
namespace {

using Manager = VirtualCpuInterface<GicV3Interface, 32>;

constexpr unsigned kSpurious = 1023;

class Faults : public ::testing::Test {
 protected:
  Faults() { EXPECT_EQ(manager_.Create(), Status::kOk); }
  void Start(bool split_end = false) {
    manager_.controls().vmcr =
        hal::IchVmcrEl2().vpmr(0xf8).veng0(true).veng1(true).veoim(split_end);
    EXPECT_EQ(manager_.Load(), Status::kOk);
  }
  sim::Pe& pe() { return machine_.pe(0); }
  sim::ListRegisters Lists() { return sim::ListRegisters(pe()); }
  unsigned Acknowledge() {
    const unsigned intid = Lists().Acknowledge(1);
    Serve();
    return intid;
  }
  void End(unsigned intid) {
    Lists().End(1, intid);
    Serve();
  }
  void Deactivate(unsigned intid) {
    if (hal::IchHcrEl2::FromRaw(pe().Peek(hal::RegisterId::kIchHcrEl2)).tdir()) {
      manager_.Deactivate(intid);
    } else {
      Lists().Deactivate(intid);
    }
    Serve();
  }
  void Serve() {
    for (unsigned n = 0; pe().MaintenanceInterrupt(); ++n) {
      ASSERT_LT(n, 2u) << "the maintenance interrupt storms";
      manager_.ServeMaintenance();
      ++maintenance_;
    }
  }
  /// A physical interrupt of this CPU's: active, its priority dropped.
  static void TakePhysical(unsigned intid) {
    sim::CurrentPe().gic().SetPending(intid);
    (void)sim::CurrentPe().gic().Acknowledge(1,
                                             {.priority_mask = 0xff, .group_enable = {true, true}});
    GicV3Interface::DropPriority(intid);
  }
  static Interrupt Spi(unsigned n, std::uint8_t priority = 0xa0) {
    return Interrupt::Edge(32 + n).priority(priority);
  }

  sim::Machine machine_{sim::ProfileNamed("max"), 2};
  const sim::ScopedPe current_{machine_.pe(0)};
  Manager manager_;
  unsigned maintenance_ = 0;
};

/// Bao #334, axvisor: all list registers full is no reason to drop an interrupt, or to stop.
TEST_F(Faults, WithAllListRegistersFullNoInterruptIsDropped) {
  Start();
  for (unsigned n = 0; n < 32; ++n) EXPECT_EQ(manager_.Inject(Spi(n)), Status::kOk);
  for (unsigned n = 0; n < 32; ++n) {
    const unsigned intid = Acknowledge();
    EXPECT_EQ(intid, 32 + n);
    End(intid);
  }
  EXPECT_EQ(Acknowledge(), kSpurious);
}

/// Bao #371: one of a higher priority takes the list register of one of a lower.
TEST_F(Faults, ALateInterruptOfHighestPriorityIsFirst) {
  Start();
  for (unsigned n = 0; n < 8; ++n) EXPECT_EQ(manager_.Inject(Spi(n)), Status::kOk);
  EXPECT_EQ(manager_.Inject(Spi(20, 0x10)), Status::kOk);
  EXPECT_EQ(Acknowledge(), 52u);
}

/// KVM before 7.0: with EOImode set, active interrupts fill all list registers, and the next
/// pending one is never seen. With EOIcount alone it would be unknown which was deactivated.
TEST_F(Faults, ActiveInterruptsInAllListRegistersDoNotHideAPendingOne) {
  Start(/*split_end=*/true);
  for (unsigned n = 0; n < 8; ++n) {
    EXPECT_EQ(manager_.Inject(Spi(n)), Status::kOk);
    const unsigned intid = Acknowledge();
    EXPECT_EQ(intid, 32 + n);
    End(intid);
  }
  for (const unsigned n : {3u, 0u, 7u, 1u, 2u, 6u, 4u, 5u}) Deactivate(32 + n);
  unsigned left = 0;
  manager_.ForEach([&](ListRegister) { ++left; });
  EXPECT_EQ(left, 0u);
}

/// KVM's EOIcount walk: an end that is counted belongs to the waiting interrupt that runs, and
/// deactivates what backs it.
TEST_F(Faults, AnEndThatIsCountedDeactivatesTheHardwareOfTheRightInterrupt) {
  Start();
  const auto raise = [&](unsigned n, std::uint8_t priority) {
    const unsigned physical = 100 + n;
    pe().gic().SetPending(physical);
    (void)pe().gic().Acknowledge(1, {.priority_mask = 0xff, .group_enable = {true, true}});
    pe().gic().End(physical);
    EXPECT_EQ(manager_.Inject(Interrupt::Hardware(32 + n, physical).priority(priority)),
              Status::kOk);
    EXPECT_EQ(Acknowledge(), 32 + n);
  };
  for (unsigned n = 0; n < 6; ++n) raise(n, static_cast<std::uint8_t>(0xa0 - 0x10 * n));
  for (unsigned n = 0; n < 8; ++n) EXPECT_EQ(manager_.Inject(Spi(20 + n, 0xb0)), Status::kOk);
  for (unsigned n = 6; n-- > 0;) {
    End(32 + n);
    for (unsigned other = 0; other < 6; ++other) {
      EXPECT_EQ(pe().gic().IsActive(100 + other), other < n) << n << ", " << other;
    }
  }
}

/// Bao #394: a level that stays high raises the interrupt again after each end, and once it is low
/// nothing is left that signals maintenance.
TEST_F(Faults, ALevelIsPendingWhileItIsHighAndThenQuiet) {
  Start();
  EXPECT_EQ(manager_.Inject(Interrupt::Level(40)), Status::kOk);
  for (unsigned n = 0; n < 3; ++n) {
    EXPECT_EQ(Acknowledge(), 40u);
    End(40);
  }
  EXPECT_EQ(Acknowledge(), 40u);
  EXPECT_EQ(manager_.Retract(40), Status::kOk);
  const unsigned before = maintenance_;
  End(40);
  EXPECT_EQ(Acknowledge(), kSpurious);
  EXPECT_EQ(maintenance_, before);
}

/// Bao #398: an interrupt that is active when its vCPU moves is ended on the other CPU, and its
/// hardware with it.
TEST_F(Faults, AnActiveInterruptIsEndedOnAnotherCpu) {
  Start();
  for (sim::Pe* each : {&machine_.pe(0), &machine_.pe(1)}) {
    each->gic().SetPending(150);
    (void)each->gic().Acknowledge(1, {.priority_mask = 0xff, .group_enable = {true, true}});
    each->gic().End(150);
  }
  EXPECT_EQ(manager_.Inject(Interrupt::Hardware(50, 150)), Status::kOk);
  EXPECT_EQ(Acknowledge(), 50u);
  manager_.Unload();
  const sim::ScopedPe there(machine_.pe(1));
  EXPECT_EQ(manager_.Load(), Status::kOk);
  sim::ListRegisters(machine_.pe(1)).End(1, 50);
  EXPECT_FALSE(machine_.pe(0).gic().IsActive(150));
  EXPECT_FALSE(machine_.pe(1).gic().IsActive(150));
}

/// A PPI of the CPU that the vCPU leaves is not left active, and is linked again where it comes
/// next.
TEST_F(Faults, APpiDoesNotStayActiveOnTheCpuThatWasLeft) {
  Start();
  const auto take = [](sim::Pe& from) {
    from.gic().SetPending(27);
    (void)from.gic().Acknowledge(1, {.priority_mask = 0xff, .group_enable = {true, true}});
    from.gic().End(27);
  };
  take(machine_.pe(0));
  EXPECT_EQ(manager_.Inject(Interrupt::Hardware(27, 27)), Status::kOk);
  EXPECT_EQ(Acknowledge(), 27u);
  manager_.Unload();
  EXPECT_FALSE(machine_.pe(0).gic().IsActive(27));
  const sim::ScopedPe there(machine_.pe(1));
  EXPECT_EQ(manager_.Load(), Status::kOk);
  take(machine_.pe(1));
  EXPECT_EQ(manager_.Inject(Interrupt::Hardware(27, 27)), Status::kOk);
  EXPECT_EQ(sim::ListRegisters(machine_.pe(1)).Acknowledge(1), kSpurious);
  sim::ListRegisters(machine_.pe(1)).End(1, 27);
  EXPECT_FALSE(machine_.pe(1).gic().IsActive(27));
  EXPECT_EQ(sim::ListRegisters(machine_.pe(1)).Acknowledge(1), kSpurious);
}

/// What the guest ended while it waited is not left active by an unload.
TEST_F(Faults, AnEndBeforeAnUnloadDeactivatesTheHardware) {
  Start();
  pe().gic().SetPending(130);
  (void)pe().gic().Acknowledge(1, {.priority_mask = 0xff, .group_enable = {true, true}});
  pe().gic().End(130);
  EXPECT_EQ(manager_.Inject(Interrupt::Hardware(32, 130).priority(0x80)), Status::kOk);
  EXPECT_EQ(Acknowledge(), 32u);
  for (unsigned n = 1; n < 5; ++n) {
    EXPECT_EQ(manager_.Inject(Spi(n, static_cast<std::uint8_t>(0x80 - 0x10 * n))), Status::kOk);
    EXPECT_EQ(Acknowledge(), 32 + n);
  }
  for (unsigned n = 5; n < 9; ++n) EXPECT_EQ(manager_.Inject(Spi(n, 0x88)), Status::kOk);
  for (unsigned n = 5; n-- > 0;) Lists().End(1, 32 + n);
  EXPECT_TRUE(pe().MaintenanceInterrupt());
  manager_.Unload();
  EXPECT_FALSE(pe().gic().IsActive(130));
}

/// Every bit of an interrupt is in its list register: by the quick path, after a load, and where
/// others wait.
TEST_F(Faults, AListRegisterHasEveryBitOfItsInterrupt) {
  Start();
  for (const Interrupt interrupt :
       {Interrupt::Edge(0).group0(), Interrupt::Edge(1019).priority(0xf8),
        Interrupt::Edge(8192).priority(0x08), Interrupt::Edge(0xff'ffff).priority(0x10),
        Interrupt::Edge(0xaa'aaaa), Interrupt::Level(0x155), Interrupt::Hardware(0x2aa, 1019),
        Interrupt::Hardware(0x155, 0x200), Interrupt::Hardware(0x155, 0x1ff)}) {
    const ListRegister expected = WithState(interrupt.value(), true, false);
    const auto shows = [&] {
      for (unsigned n = 0; n < 4; ++n) {
        if (GicV3Interface::ReadListRegister(n) == expected) return true;
      }
      return false;
    };
    EXPECT_EQ(manager_.Inject(interrupt), Status::kOk);
    EXPECT_TRUE(shows()) << expected.raw();
    manager_.Unload();
    EXPECT_EQ(manager_.Load(), Status::kOk);
    EXPECT_TRUE(shows()) << expected.raw();
    manager_.ServeMaintenance();
    EXPECT_TRUE(shows()) << expected.raw();
    EXPECT_EQ(manager_.Retract(interrupt.intid()), Status::kOk);
    EXPECT_FALSE(shows());
  }
}

/// Hardware takes the place of a level that is pending: the list register has one of the two.
TEST_F(Faults, HardwareReplacesALevel) {
  Start();
  EXPECT_EQ(manager_.Inject(Interrupt::Level(40)), Status::kOk);
  EXPECT_EQ(manager_.Inject(Interrupt::Hardware(40, 141)), Status::kOk);
  EXPECT_EQ(GicV3Interface::ReadListRegister(0),
            WithState(Interrupt::Hardware(40, 141).value(), true, false));
}

/// Before a vCPU is left to wait.
TEST_F(Faults, OnlyWhatTheGuestCanTakeKeepsItFromWaiting) {
  Start();
  EXPECT_FALSE(manager_.HasPending());
  EXPECT_EQ(manager_.Inject(Spi(1, 0xf8)), Status::kOk);
  EXPECT_FALSE(manager_.HasPending());  // Masked: ICH_VMCR_EL2.VPMR.
  EXPECT_EQ(manager_.Inject(Spi(2)), Status::kOk);
  EXPECT_TRUE(manager_.HasPending());
  EXPECT_EQ(Acknowledge(), 34u);
  EXPECT_FALSE(manager_.HasPending());
  EXPECT_TRUE(manager_.Post(0, Interrupt::Edge(3)));
  EXPECT_TRUE(manager_.HasPending());
}

TEST_F(Faults, AResetLeavesTheInterfaceAsAtFirst) {
  Start();
  EXPECT_EQ(manager_.Load(), Status::kLoadedElsewhere);
  EXPECT_EQ(manager_.Inject(Spi(1)), Status::kOk);
  EXPECT_EQ(Acknowledge(), 33u);
  manager_.Reset();
  EXPECT_EQ(pe().Peek(hal::RegisterId::kIchAp1r0El2), 0u);
  EXPECT_FALSE(GicV3Interface::ReadVmcr().veng1());
  manager_.Unload();
  pe().Poke(hal::RegisterId::kIchAp1r0El2, 8);
  manager_.Reset();
  EXPECT_EQ(pe().Peek(hal::RegisterId::kIchAp1r0El2), 8u);  // Not loaded: the host's.
  EXPECT_EQ(manager_.LoadShared(/*each_run=*/false), Status::kOk);
  EXPECT_EQ(manager_.LoadShared(false), Status::kLoadedElsewhere);
  manager_.Reset();
  EXPECT_EQ(pe().Peek(hal::RegisterId::kIchAp1r0El2), 8u);  // Its caller's.
}

/// [gic] LPIs have no active state: one that a guest handles while its list register is needed is
/// gone, and its end is counted nowhere.
TEST_F(Faults, AnLpiIsNeverActive) {
  Start();
  EXPECT_EQ(manager_.Inject(Interrupt::Edge(8192).priority(0x80)), Status::kOk);
  EXPECT_EQ(Acknowledge(), 8192u);
  for (unsigned n = 0; n < 6; ++n) EXPECT_EQ(manager_.Inject(Spi(n, 0x90)), Status::kOk);
  EXPECT_EQ(manager_.Inject(Interrupt::Edge(8192).priority(0x80)), Status::kOk);
  End(8192);
  EXPECT_EQ(Acknowledge(), 8192u);
}

/// A host that was taken over alive: list registers, EOImode, enables, mask and active priorities.
TEST_F(Faults, AfterAnUnloadTheHostHasWhatItHad) {
  using enum hal::RegisterId;
  pe().Poke(kIchLr0El2, 0x50a0'0000'0000'0028);
  pe().Poke(kIchLr3El2, 0x90a0'0000'0000'0029);
  pe().Poke(kIchVmcrEl2, 0x804c'0008);
  pe().Poke(kIchAp1r0El2, 1u << 20);
  pe().Poke(kIccPmrEl1, 0xc0);
  const hal::RegisterId all[] = {kIchLr0El2,   kIchLr1El2,     kIchLr2El2,     kIchLr3El2,
                                 kIchHcrEl2,   kIchVmcrEl2,    kIchAp0r0El2,   kIchAp1r0El2,
                                 kIccCtlrEl1,  kIccIgrpen0El1, kIccIgrpen1El1, kIccPmrEl1,
                                 kIccAp0r0El1, kIccAp1r0El1};
  std::vector<std::uint64_t> before;
  for (const hal::RegisterId id : all) before.push_back(pe().Peek(id));
  for (const bool panics : {false, true}) {
    Start();
    for (unsigned n = 0; n < 6; ++n) EXPECT_EQ(manager_.Inject(Spi(n)), Status::kOk);
    (void)Acknowledge();
    for (const std::uint32_t physical : {120u, 121u}) {  // The second waits.
      TakePhysical(physical);
      const auto interrupt = Interrupt::Hardware(physical - 50, physical);
      EXPECT_EQ(manager_.Inject(interrupt.priority(physical == 121 ? 0xf0 : 0)), Status::kOk);
    }
    if (panics) {
      manager_.Abandon(/*powered=*/true);
    } else {
      manager_.Reset();
      manager_.Unload();
    }
    EXPECT_FALSE(pe().gic().IsActive(120) || pe().gic().IsActive(121));
    for (unsigned i = 0; i < before.size(); ++i) {
      EXPECT_EQ(pe().Peek(all[i]), before[i]) << hal::InfoOf(all[i]).name;
    }
    manager_.ForEach([](ListRegister) { ADD_FAILURE() << "it is forgotten"; });
  }
}

/// A PPI of this number is another CPU's own.
TEST_F(Faults, ACpuThatLostPowerLeavesNoInterruptActive) {
  Start();
  for (const unsigned physical : {27u, 120u}) {
    TakePhysical(physical);
    EXPECT_EQ(manager_.Inject(Interrupt::Hardware(physical, physical)), Status::kOk);
  }
  const sim::ScopedPe other(machine_.pe(1));
  for (const unsigned physical : {27u, 120u}) TakePhysical(physical);
  const std::uint64_t list_register = machine_.pe(1).Peek(hal::RegisterId::kIchLr0El2);
  manager_.Abandon(/*powered=*/false);
  EXPECT_FALSE(manager_.IsLoaded());
  manager_.Reset();
  EXPECT_FALSE(machine_.pe(1).gic().IsActive(120));
  EXPECT_TRUE(machine_.pe(1).gic().IsActive(27));
  EXPECT_EQ(machine_.pe(1).Peek(hal::RegisterId::kIchLr0El2), list_register);
}

}  // namespace
}  // namespace trivet::vgic
