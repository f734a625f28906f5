// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest's GIC in a machine that several guests divide: exits, and what they reach.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "hal/cpu.h"
#include "hal/exception_class.h"
#include "hal/list_registers.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "tests/distributor/fake_gic.h"
#include "vgic/partition/gic_v2.h"
#include "vgic/partition/gic_v3.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::tests::partition_test {
namespace {

using hal::RegisterId;
using vgic::GuestCpu;
using Memory = FakeGicMemory;

/// A load or store of W3.
vcpu::Exit AccessAt(std::uint64_t address, bool is_write) {
  constexpr std::uint64_t kClass = static_cast<std::uint64_t>(hal::ExceptionClass::kDataAbortLower);
  constexpr std::uint64_t kIl = 1 << 25, kIsv = 1 << 24, kWord = 2 << 22, kW3 = 3 << 16;
  constexpr std::uint64_t kTranslationFault = 0b000111;
  return {.reason = vcpu::ExitReason::kDataAbort,
          .syndrome = vectors::Syndrome::FromRaw(kClass << 26 | kIl | kIsv | kWord | kW3 |
                                                 std::uint64_t{is_write} << 6 | kTranslationFault),
          .fault = {.intermediate_address = address}};
}
/// MSR (or MRS) of ICC_SGI<n>R_EL1 with X3. [arm-arm] ISS of a trapped MSR, MRS.
vcpu::Exit SgiRegister(unsigned op2, bool is_read = false) {
  constexpr std::uint64_t kClass = static_cast<std::uint64_t>(hal::ExceptionClass::kSystem);
  const std::uint64_t iss = 3 << 20 | op2 << 17 | 12 << 10 | 3 << 5 | 11 << 1 | unsigned{is_read};
  return {.reason = vcpu::ExitReason::kSystemRegister,
          .syndrome = vectors::Syndrome::FromRaw(kClass << 26 | 1 << 25 | iss)};
}

constexpr vgic::GuestNumber kGuest = 7, kOther = 3;

class PartitionTest : public ::testing::Test {
 protected:
  PartitionTest() {
    gic.assign(5, FakeGic());
    EXPECT_TRUE(partition_.owners.Give(40, kGuest));
    EXPECT_TRUE(partition_.owners.Give(41, kOther));
    for (unsigned i = 0; i < machine_.size(); ++i) {
      machine_.pe(i).Write(RegisterId::kIccPmrEl1, 0xf8);
      machine_.pe(i).Write(RegisterId::kIccIgrpen1El1, 1);
    }
    frame_.pc = 0x1000;
  }
  template <class Gic>
  bool Store(Gic& gic, std::uint64_t address, std::uint32_t value, unsigned self = 0) {
    frame_.x[3] = value;
    return gic.Serve(AccessAt(address, true), frame_, self);
  }
  template <class Gic>
  std::optional<std::uint64_t> Load(Gic& gic, std::uint64_t address, unsigned self = 0) {
    if (!gic.Serve(AccessAt(address, false), frame_, self)) return std::nullopt;
    return frame_.x[3];
  }
  std::uint64_t PendingOn(unsigned cpu) { return machine_.pe(cpu).Read(RegisterId::kIccHppir1El1); }

  sim::Machine machine_{sim::ProfileNamed("max"), 4};
  const sim::ScopedPe current_{machine_.pe(2)};
  vgic::GicPartition partition_;
  vectors::GuestFrame frame_ = {};
};

TEST_F(PartitionTest, OfAGicV3SendsSgisToTheGuestsOwnCpus) {
  // vCPUs 0 and 1 are CPUs 2 and 1; the others are another guest's.
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .redistributor = 0x1'0000},
                           {.guest_affinity = 1, .affinity = 1, .redistributor = 0x3'0000}};
  const platforms::GicV3 physical = {.distributor = 0};
  vgic::GuestGicV3<Memory> guest(physical, partition_, kGuest, cpus);
  frame_.x[3] = hal::IccSgi1rEl1().targetlist(0b1110).intid(9).raw();
  EXPECT_TRUE(guest.Serve(SgiRegister(5), frame_, 0));
  EXPECT_EQ(frame_.pc, 0x1004u);
  EXPECT_EQ(PendingOn(1), 9u);
  for (const unsigned cpu : {0u, 2u, 3u}) EXPECT_EQ(PendingOn(cpu), 1023u) << cpu;
  frame_.x[3] = hal::IccSgi1rEl1().irm(true).intid(4).raw();
  EXPECT_TRUE(guest.Serve(SgiRegister(5), frame_, 1));
  EXPECT_EQ(PendingOn(2), 4u) << "all but the sender, of the guest's";
  for (const unsigned cpu : {0u, 3u}) EXPECT_EQ(PendingOn(cpu), 1023u) << cpu;
}

TEST_F(PartitionTest, OtherRegistersAndAddressesAreNotServed) {
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .redistributor = 0x1'0000}};
  platforms::GicV3 physical = {.distributor = 0};
  physical.redistributors.regions.Add({0x1'0000, 0x4'0000});
  vgic::GuestGicV3<Memory> guest(physical, partition_, kGuest, cpus);
  const std::vector<FakeGic> before = gic;
  for (const vcpu::Exit& exit : {SgiRegister(5, true), SgiRegister(6), SgiRegister(7),
                                 AccessAt(0x5'0000, true), AccessAt(0x5'0000, false)}) {
    EXPECT_FALSE(guest.Serve(exit, frame_, 0));
  }
  EXPECT_TRUE(Store(guest, 0x104, 1u << 9)) << "SPI 41, the other guest's";
  EXPECT_TRUE(Store(guest, 0x3'0100, ~0u)) << "beyond its own Redistributor";
  EXPECT_EQ(frame_.pc, 0x1008u);
  EXPECT_TRUE(gic == before);
  EXPECT_EQ(guest.Holes().all().size(), 2u);
  EXPECT_EQ(guest.Holes().all()[1].size, 0x4'0000u);
}

TEST_F(PartitionTest, AccessesReachTheOwnBits) {
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .redistributor = 0x1'0000}};
  platforms::GicV3 physical = {.distributor = 0};
  physical.redistributors.regions.Add({0x1'0000, 0x4'0000});
  vgic::GuestGicV3<Memory> guest(physical, partition_, kGuest, cpus);
  EXPECT_TRUE(Store(guest, 0, 0b10));
  EXPECT_TRUE(Store(guest, 0x104, ~0u));
  EXPECT_EQ(Memory::Read32(0x104), 1u << 8) << "SPI 40";
  EXPECT_EQ(Load(guest, 0x104), 1u << 8);
  EXPECT_TRUE(Store(guest, 0x2'0100, ~0u));
  EXPECT_EQ(Memory::Read32(0x2'0100), 0xe9ff'ffffu) << "PPIs 25, 26, 28: EL2's";
}

TEST_F(PartitionTest, OfAGicV2SendsSgisToTheGuestsOwnInterfaces) {
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .interface = 5},
                           {.guest_affinity = 1, .affinity = 1, .interface = 2}};
  const platforms::GicV2 physical = {.distributor = 0, .cpu_interface = 0x1'0000};
  vgic::GuestGicV2<Memory> guest(physical, partition_, kGuest, cpus);
  struct {
    std::uint32_t sgir, targets;
  } const cases[] = {{0x00ff'0004, 0b10'0100},
                     {0x0002'0004, 0b00'0100},
                     {0x0004'0004, 0},  // Its third CPU: it has none.
                     {0x0100'0004, 0b10'0000},
                     {0x0200'0004, 0b00'0100}};
  for (const auto& [sgir, targets] : cases) {
    EXPECT_TRUE(Store(guest, 0xf00, sgir, 1));
    EXPECT_EQ(Memory::Read32(0xf00), targets << 16 | 4) << std::hex << sgir;
  }
  const auto from = [&](unsigned sender) {
    return guest.WithGuestsSender(vgic::Interrupt::SgiFrom(4, sender)).intid() >> 10;
  };
  EXPECT_EQ(from(5), 0u);
  EXPECT_EQ(from(2), 1u);
  EXPECT_FALSE(Store(guest, 0x1000, 1)) << "beyond the Distributor";
  // Targets of a PPI are the CPU that reads.
  EXPECT_EQ(Load(guest, 0x81c, 1).value_or(0) >> 24, 2u) << "PPI 31";
}

TEST_F(PartitionTest, AGicV2sCpuReadsItsNumber) {
  Memory::Write32(0x800, 0x0404'0404);
  const GuestCpu cpu =
      vgic::GuestGicV2<Memory>::PrepareCpu({.distributor = 0, .cpu_interface = 0x1'0000});
  EXPECT_EQ(cpu.interface, 2u);
  EXPECT_EQ(cpu.affinity, 2u);
  EXPECT_EQ(Memory::Read32(0x1'0000), 1u << 9) << "GICC_CTLR.EOImode";
  EXPECT_EQ(Memory::Read32(0x100), 1u << 26) << "GICD_ISENABLER0: EL2's timer";
  EXPECT_TRUE(hal::Cpu::Read<hal::CnthpCtlEl2>().enable());
}

// A vCPU stops with interrupts that it has not taken: the guest has each of them again, once.
TEST_F(PartitionTest, OfAGicV3LosesNoneOfACpuThatStops) {
  using vgic::Interrupt;
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .redistributor = 0x1'0000},
                           {.guest_affinity = 1, .affinity = 1, .redistributor = 0x3'0000}};
  const platforms::GicV3 physical = {.distributor = 0};
  partition_.owners.GiveLpis(kGuest);
  vgic::GuestGicV3<Memory> guest(physical, partition_, kGuest, cpus);
  Memory::Write32(0xc08, ~0u);  // Edges: SPIs 32 to 47.
  vgic::VirtualCpuInterface<vgic::GicV3Interface, 8> stops, goes_on;
  ASSERT_EQ(stops.Create(), Status::kOk);
  ASSERT_EQ(goes_on.Create(), Status::kOk);
  EXPECT_TRUE(guest.CanHandBack(stops));
  for (const auto& interrupt : {Interrupt::Hardware(40, 40), Interrupt::Hardware(27, 27),
                                Interrupt::Edge(3), Interrupt::Edge(8200).priority(0x40)}) {
    ASSERT_EQ(stops.Inject(interrupt), Status::kOk);
  }
  EXPECT_FALSE(guest.CanHandBack(stops)) << "LPI 8200";
  EXPECT_EQ(guest.Stop(stops, 0), Status::kOk);
  stops.ForEach([](auto value) { ADD_FAILURE() << value.vintid() << " is still there"; });
  EXPECT_EQ(Memory::Read32(0x204), 1u << 8) << "SPI 40 alone";
  EXPECT_EQ(PendingOn(1), 0u) << "the SGI that announces";
  EXPECT_EQ(PendingOn(2), 1023u);
  EXPECT_FALSE(guest.CanHandBack(goes_on));

  const sim::ScopedPe other(machine_.pe(1));
  ASSERT_EQ(goes_on.Load(), Status::kOk);
  const auto lpis_taken = [&] {
    std::vector<std::uint32_t> lpis;
    EXPECT_EQ(guest.TakeInterrupts(goes_on, 1), Status::kOk);
    goes_on.ForEach([&](vgic::ListRegister value) {
      if (value.vintid() < vgic::kFirstLpi) return;
      lpis.push_back(value.vintid());
      EXPECT_EQ(value.priority(), 0x40);
    });
    goes_on.Reset();
    return lpis;
  };
  EXPECT_EQ(lpis_taken(), std::vector{8200u});
  EXPECT_EQ(guest.Stop(stops, 0), Status::kOk);
  EXPECT_EQ(PendingOn(1), 1023u) << "nothing to announce";
  ASSERT_EQ(stops.Inject(Interrupt::Edge(8201).priority(0x40)), Status::kOk);
  EXPECT_EQ(guest.Stop(stops, 0), Status::kOk);
  EXPECT_EQ(lpis_taken(), std::vector{8201u});
  goes_on.Unload();
}

TEST_F(PartitionTest, OfAGicV3HasRoomFor16LpisOfStoppedCpus) {
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .redistributor = 0x1'0000}};
  const platforms::GicV3 physical = {.distributor = 0};
  vgic::GuestGicV3<Memory> guest(physical, partition_, kGuest, cpus);
  vgic::VirtualCpuInterface<vgic::GicV3Interface, 32> manager;
  ASSERT_EQ(manager.Create(), Status::kOk);
  for (unsigned i = 0; i < 17; ++i) {
    ASSERT_EQ(manager.Inject(vgic::Interrupt::Edge(8192 + i)), Status::kOk);
  }
  EXPECT_EQ(guest.Stop(manager, 0), Status::kNoRoom);
}

// What was in list registers is at the physical GIC, once each, in its state.
TEST_F(PartitionTest, OfAGicV3GivesBackWhatAVcpuHas) {
  using hal::Cpu;
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .redistributor = 0x1'0000}};
  const platforms::GicV3 physical = {.distributor = 0};
  vgic::GuestGicV3<Memory> guest(physical, partition_, kGuest, cpus);
  vgic::VirtualCpuInterface<vgic::GicV3Interface, 8> manager;
  ASSERT_EQ(manager.Create(), Status::kOk);
  ASSERT_EQ(manager.Load(), Status::kOk);
  const vgic::Interrupt interrupts[] = {vgic::Interrupt::Edge(3), vgic::Interrupt::Hardware(27, 27),
                                        vgic::Interrupt::Hardware(30, 30),
                                        vgic::Interrupt::Hardware(40, 40),
                                        vgic::Interrupt::Hardware(42, 42)};
  for (const auto& interrupt : interrupts) {
    ASSERT_EQ(manager.Inject(interrupt.priority(0xa0)), Status::kOk);
  }
  // The guest has acknowledged PPI 30 and SPI 40; SPI 42 has no list register.
  for (unsigned n = 0; n < manager.has().list_registers; ++n) {
    const auto value = hal::ReadListRegister<Cpu>(n);
    if (value.vintid() != 30 && value.vintid() != 40) continue;
    hal::WriteListRegister<Cpu>(n, vgic::WithState(value, false, true));
  }
  EXPECT_FALSE(manager.HasActivePriority());
  Cpu::Write<hal::IchAp1r0El2>(hal::IchAp1r0El2().p(1u << 20));
  EXPECT_TRUE(manager.HasActivePriority());
  Cpu::Write<hal::IchAp1r0El2>(hal::IchAp1r0El2());
  Cpu::Write<hal::IchVmcrEl2>(hal::IchVmcrEl2().vpmr(0xb0).vbpr1(3).veng1(true).veoim(true));
  Cpu::Write<hal::IccIgrpen1El1>(hal::IccIgrpen1El1());
  manager.Unload();
  guest.HandBack(manager, 0);
  EXPECT_EQ(Memory::Read32(0x2'0200), 1u << 3 | 1u << 27) << "GICR_ISPENDR0";
  EXPECT_EQ(Memory::Read32(0x2'0300), 1u << 30) << "GICR_ISACTIVER0";
  EXPECT_EQ(Memory::Read32(0x204), 1u << 10) << "GICD_ISPENDR1: SPI 42";
  EXPECT_EQ(Memory::Read32(0x304), 0u) << "SPI 40 is active already";
  EXPECT_EQ(Cpu::Read<hal::IccPmrEl1>().priority(), 0xb0);
  EXPECT_EQ(Cpu::Read<hal::IccBpr1El1>().raw(), 3u);
  EXPECT_TRUE(Cpu::Read<hal::IccIgrpen1El1>().enable());
  EXPECT_TRUE(Cpu::Read<hal::IccCtlrEl1>().eoimode());
}

/// What a manager has at the end, with no hardware behind it.
struct LeftBehind {
  std::vector<vgic::ListRegister> values;
  vgic::Controls left = {};

  void TakePosts() {}
  const vgic::Controls& controls() const { return left; }
  template <class Visit>
  void ForEach(Visit visit) {
    for (const auto value : values) visit(value);
  }
};

TEST_F(PartitionTest, OfAGicV2GivesBackWhatAVcpuHas) {
  std::uint32_t gicc[0x2000 / 4] = {};
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .interface = 5},
                           {.guest_affinity = 1, .affinity = 1, .interface = 2}};
  const platforms::GicV2 physical = {.distributor = 0,
                                     .cpu_interface = reinterpret_cast<std::uintptr_t>(gicc)};
  vgic::GuestGicV2<Memory> guest(physical, partition_, kGuest, cpus);
  for (std::uint32_t word = 0; word < 32; ++word) Memory::Write32(0x80 + word * 4, ~0u);
  const auto in = [](vgic::Interrupt interrupt, bool pending, bool active) {
    return vgic::WithState(interrupt.value(), pending, active);
  };
  LeftBehind vcpu = {{in(vgic::Interrupt::SgiFrom(4, 1), true, false),
                      in(vgic::Interrupt::SgiFrom(9, 0), false, true),
                      in(vgic::Interrupt::Hardware(27, 27), true, false),
                      in(vgic::Interrupt::Hardware(40, 40), false, true)}};
  vcpu.left.vmcr = hal::IchVmcrEl2().vpmr(0xb0).vbpr0(3).vbpr1(4).veng0(true).veoim(true);
  Memory::Write32(0x100, 1u << 26);
  hal::Cpu::Write<hal::CnthpCtlEl2>(hal::CnthpCtlEl2().enable(true));
  guest.HandBack(vcpu, 0);
  hal::Cpu::Isb();
  EXPECT_FALSE(hal::Cpu::Read<hal::CnthpCtlEl2>().enable());
  EXPECT_EQ(Memory::Read32(0x100), 0u) << "GICD_ISENABLER0: EL2's timer";
  EXPECT_EQ(Memory::Read32(0xf24) & 0xff, 1u << 2) << "GICD_SPENDSGIR1: from the machine's CPU";
  EXPECT_EQ(Memory::Read32(0x200), 1u << 27) << "GICD_ISPENDR0";
  EXPECT_EQ(Memory::Read32(0x300), 1u << 9) << "GICD_ISACTIVER0";
  EXPECT_EQ(Memory::Read32(0x304), 0u) << "SPI 40 is active already";
  for (std::uint32_t word = 0; word < 32; ++word) {
    EXPECT_EQ(Memory::Read32(0x80 + word * 4), 0u) << "GICD_IGROUPR" << word;
  }
  EXPECT_EQ(gicc[0x1000 / 4], 27u) << "GICC_DIR: pending and not active";
  EXPECT_EQ(gicc[0], 0x201u) << "GICC_CTLR: EOImode, the enable of Group 0";
  EXPECT_EQ(gicc[1], 0xb0u) << "GICC_PMR";
  EXPECT_EQ(gicc[2], 3u) << "GICC_BPR";
  EXPECT_EQ(gicc[7], 4u) << "GICC_ABPR";
}

// What is refused is named; what is the guest's own, or takes something away, is not.
TEST_F(PartitionTest, OfAGicV3NamesWhatIsAnothers) {
  using enum vgic::Refusal::Kind;
  const GuestCpu cpus[] = {{.guest_affinity = 0x100, .affinity = 2, .redistributor = 0x1'0000},
                           {.guest_affinity = 0x112, .affinity = 1, .redistributor = 0x3'0000}};
  platforms::GicV3 physical = {.distributor = 0x4'0000};
  EXPECT_TRUE(physical.redistributors.regions.Add({.base = 0x8'0000, .size = 0x8'0000}));
  vgic::GuestGicV3<Memory> guest(physical, partition_, kGuest, cpus);
  const auto store = [&](std::uint64_t offset, std::uint64_t value) {
    frame_.x[3] = value;
    return guest.RefusalOf(AccessAt(0x4'0000 + offset, true), frame_);
  };
  EXPECT_EQ(store(0x7'fffc, 1).kind, kNone) << "the Redistributor of its last CPU";
  EXPECT_EQ(store(0x8'0000, 1).kind, kRedistributor);
  EXPECT_EQ(store(0x9'0200, 1).value, 0xd'0200u);
  EXPECT_EQ(guest.RefusalOf(AccessAt(0xd'0200, false), frame_).kind, kNone) << "a load";
  EXPECT_EQ(store(0xc'0000, 1).kind, kNone) << "no Redistributor";
  constexpr std::uint64_t kSets[] = {0x104, 0x204, 0x304};
  for (const std::uint64_t offset : kSets) {
    EXPECT_EQ(store(offset, 1u << 8).kind, kNone) << "SPI 40 is its own";
    EXPECT_EQ(store(offset, 0b11u << 8).kind, kInterrupt);
    EXPECT_EQ(store(offset, 0b11u << 8).value, 41u);
    EXPECT_EQ(store(offset + 4, 1u << 31).value, 95u);
    EXPECT_EQ(store(offset + 0x80, ~0u).kind, kNone) << "clears";
    EXPECT_EQ(store(offset - 4, ~0u).kind, kNone) << "SGIs and PPIs";
  }
  for (const std::uint64_t offset : {0x084, 0x400, 0x6148, 0x1'0104}) {
    EXPECT_EQ(store(offset, ~0u).kind, kNone) << offset;
  }
  EXPECT_EQ(guest.RefusalOf(AccessAt(0x4'0104, false), frame_).kind, kNone) << "a load";

  const auto sgi = [&](hal::IccSgi1rEl1 value) {
    frame_.x[3] = value.raw();
    return guest.RefusalOf(SgiRegister(5), frame_);
  };
  const auto to = hal::IccSgi1rEl1().intid(7).aff1(1);
  EXPECT_EQ(sgi(to.targetlist(1)).kind, kNone);
  EXPECT_EQ(sgi(to.targetlist(0b100).rs(1)).kind, kNone);
  EXPECT_EQ(sgi(to.targetlist(0b11)).kind, kCpu);
  EXPECT_EQ(sgi(to.targetlist(0b11)).value, to.targetlist(0b11).raw());
  EXPECT_EQ(sgi(to.targetlist(1).rs(1)).kind, kCpu);
  EXPECT_EQ(sgi(to.targetlist(1).aff3(1)).kind, kCpu);
  EXPECT_EQ(sgi(to.irm(true).targetlist(0b10)).kind, kNone) << "all that it has";
  EXPECT_EQ(guest.RefusalOf(SgiRegister(5, true), frame_).kind, kNone);
}

TEST_F(PartitionTest, OfAGicV2NamesWhatIsAnothers) {
  using enum vgic::Refusal::Kind;
  const GuestCpu cpus[] = {{.guest_affinity = 0, .affinity = 2, .interface = 5},
                           {.guest_affinity = 1, .affinity = 1, .interface = 2}};
  const platforms::GicV2 physical = {.distributor = 0x4'0000, .cpu_interface = 0x1'0000};
  vgic::GuestGicV2<Memory> guest(physical, partition_, kGuest, cpus);
  const auto store = [&](std::uint64_t offset, std::uint64_t value) {
    frame_.x[3] = value;
    return guest.RefusalOf(AccessAt(0x4'0000 + offset, true), frame_);
  };
  EXPECT_EQ(store(0x104, 1u << 8).kind, kNone);
  EXPECT_EQ(store(0x104, 1u << 9).value, 41u);
  EXPECT_EQ(store(0xf00, 0x0003'0004).kind, kNone);
  EXPECT_EQ(store(0xf00, 0x0004'0004).kind, kCpu);
  EXPECT_EQ(store(0xf00, 0x0004'0004).value, 0x0004'0004u);
  EXPECT_EQ(store(0xf00, 0x01ff'0004).kind, kNone) << "all but the sender";
  EXPECT_EQ(store(0x1104, ~0u).kind, kNone) << "beyond the Distributor";
  EXPECT_EQ(guest.RefusalOf(AccessAt(0x4'0f00, false), frame_).kind, kNone);
}

}  // namespace
}  // namespace trivet::tests::partition_test
