// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every register of a guest's Distributor by width and owner, against the physical one.

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "tests/distributor/fake_gic.h"
#include "vgic/distributor/gic_v2.h"
#include "vgic/distributor/gic_v3.h"
#include "vgic/distributor/redistributor.h"
#include "vgic/distributor/sgi.h"

namespace trivet::tests {
namespace {

using vgic::GuestCpu;
using vgic::GuestCpus;
using vgic::OwnerTable;
using vgic::RegisterAccess;
using Memory = FakeGicMemory;

using V3 = vgic::GuestDistributorV3<Memory>;
using V2 = vgic::GuestDistributorV2<Memory>;
using Redistributors = vgic::GuestRedistributors<Memory>;

constexpr vgic::GuestNumber kGuest = 7, kOther = 3;
constexpr std::uint32_t kSgiFrames[] = {2, 4};
constexpr GuestCpu kCpus[] = {
    {.guest_affinity = 0x1'0000'0000, .affinity = 0x200, .redistributor = 0x1'0000, .interface = 5},
    {.guest_affinity = 0x1'0000'0001, .affinity = 0x201, .redistributor = 0x3'0000, .interface = 2},
};
constexpr std::uint64_t kPatterns[] = {~std::uint64_t{0}, 0x5a3c'96e1'78b4'd20f};

class DistributorTest : public ::testing::Test {
 protected:
  DistributorTest() {
    std::mt19937_64 random(4);
    gic.assign(5, FakeGic());
    for (FakeGic& frame : gic) {
      for (std::uint32_t at = 0; at < FakeGic::kSize; at += 8) frame.Write(at, random(), 8);
    }
    for (unsigned intid = 32; intid < 1020; ++intid) {
      const vgic::GuestNumber owners[] = {vgic::kNoGuest, kGuest, kOther};
      EXPECT_TRUE(owners_.Give(intid, owners[random() % 3]));
    }
  }
  bool IsOwn(unsigned intid) const {
    return intid < 32 ? (kPrivate >> intid & 1) != 0 : owners_.OwnerOf(intid) == kGuest;
  }
  /// The bits of an access that the guest has.
  std::uint64_t Own(std::uint32_t offset, unsigned bytes, unsigned first_intid) const {
    std::uint64_t own = 0;
    for (unsigned bit = 0; bit < bytes * 8; ++bit) {
      const Lane lane = LaneOf(offset + bit / 8, bit % 8);
      const bool has = lane.kind != RegisterKind::kNone && lane.intid >= first_intid;
      if (has && IsOwn(lane.intid)) own |= std::uint64_t{1} << bit;
    }
    return own;
  }

  /// `read` and `write` are the guest's, of the interrupts from `first_intid` up; `frame` is the
  /// physical one. Registers with a route are left out.
  template <class Read, class Write>
  void ExpectFiltered(FakeGic& frame, unsigned first_intid, std::uint32_t end, Read read,
                      Write write) {
    unsigned accesses = 0;
    for (std::uint32_t offset = 0x80; offset < end; ++offset) {
      const RegisterKind kind = LaneOf(offset, 0).kind;
      if (kind == RegisterKind::kRoute || kind == RegisterKind::kTargets) continue;
      for (const unsigned bytes : {1u, 2u, 4u, 8u}) {
        const bool exists = IsAccess(offset, bytes);
        const std::uint64_t own = exists ? Own(offset, bytes, first_intid) : 0;
        const bool group = kind == RegisterKind::kGroup;
        for (const std::uint64_t value : kPatterns) {
          const FakeGic before = frame;
          ASSERT_EQ(read(offset, bytes), group ? own : before.Read(offset, bytes) & own)
              << std::hex << offset << " " << bytes;
          FakeGic expected = before;
          const std::uint64_t foreign = IsStored(kind) ? before.Read(offset, bytes) & ~own : 0;
          if (own != 0 && !group) expected.Write(offset, (value & own) | foreign, bytes);
          write(offset, bytes, value);
          ASSERT_TRUE(frame == expected) << std::hex << offset << " " << bytes << " " << value;
          ++accesses;
        }
      }
    }
    EXPECT_GT(accesses, 6000u);
  }
  static bool IsStored(RegisterKind kind) {
    return kind == RegisterKind::kPriority || kind == RegisterKind::kConfiguration;
  }

  static constexpr std::uint32_t kPrivate = 0xa5c3'70ff;
  OwnerTable owners_;
  const GuestCpus cpus_{kCpus};
};

TEST_F(DistributorTest, OfAGicV3HasTheGuestsSpisAlone) {
  V3 guest(0, owners_, kGuest, cpus_);
  guest.Reset();
  guest.Write({0, 4}, 0b10);
  ExpectFiltered(
      gic[0], 32, 0x1000, [&](auto at, auto bytes) { return guest.Read({at, bytes}, 0); },
      [&](auto at, auto bytes, auto value) { guest.Write({at, bytes}, value); });
}

TEST_F(DistributorTest, OfAGicV2HasPrivateInterruptsToo) {
  V2 guest(0, owners_, kGuest, cpus_, kPrivate);
  guest.Reset();
  guest.Write({0, 4}, 1);
  ExpectFiltered(
      gic[0], 0, 0xfd0, [&](auto at, auto bytes) { return guest.Read({at, bytes}, 0); },
      [&](auto at, auto bytes, auto value) { guest.Write({at, bytes}, value); });
}

TEST_F(DistributorTest, RedistributorsHaveTheGuestsSgisAndPpis) {
  Redistributors guest(cpus_, kPrivate);
  for (const unsigned cpu : {0u, 1u}) {
    const std::uint32_t sgi_frame = cpu * Redistributors::kSize + Redistributors::kFrame;
    for (unsigned intid = 32; intid < 1020; ++intid) owners_.Give(intid, kOther);
    ExpectFiltered(
        gic[kSgiFrames[cpu]], 0, 0x1000,
        [&](auto at, auto bytes) { return guest.Read({sgi_frame + at, bytes}); },
        [&](auto at, auto bytes, auto value) { guest.Write({sgi_frame + at, bytes}, value); });
  }
}

TEST_F(DistributorTest, PrioritiesAreThoseOfTheFrameInFiveBits) {
  const V3 guest(0, owners_, kGuest, cpus_);
  const Redistributors redistributors(cpus_, kPrivate);
  for (unsigned intid = 0; intid < 1020; ++intid) {
    const unsigned at = 0x400 + intid;
    EXPECT_EQ(guest.PriorityOf(intid), gic[0].Read(at, 1) & 0xf8) << intid;
    if (intid < 32) EXPECT_EQ(redistributors.PriorityOf(1, intid), gic[4].Read(at, 1) & 0xf8);
  }
}

TEST_F(DistributorTest, AResetPutsItsSpisInGroup1) {
  V3 guest(0, owners_, kGuest, cpus_);
  std::uint32_t before[32];
  for (unsigned word = 0; word < 32; ++word) before[word] = Memory::Read32(0x80 + word * 4);
  guest.Reset();
  for (unsigned word = 0; word < 32; ++word) {
    const auto own = static_cast<std::uint32_t>(Own(0x80 + word * 4, 4, 32));
    EXPECT_EQ(Memory::Read32(0x80 + word * 4), before[word] | own) << word;
  }
}

TEST_F(DistributorTest, WhileItIsOffItsSpisAreDisabledAndRemembered) {
  V3 guest(0, owners_, kGuest, cpus_);
  guest.Reset();
  for (std::uint32_t word = 1; word < 32; ++word) {
    const std::uint32_t at = 0x100 + word * 4;
    const auto own = static_cast<std::uint32_t>(Own(at, 4, 32));
    const std::uint32_t foreign = Memory::Read32(at) & ~own;
    EXPECT_EQ(Memory::Read32(at) & own, 0u);
    guest.Write({at, 4}, 0xffff'fff0);
    guest.Write({at + 0x80, 4}, 0xff00);
    EXPECT_EQ(guest.Read({at, 4}, 0), own & 0xffff'00f0);
    EXPECT_EQ(Memory::Read32(at), foreign);
    guest.Write({0, 4}, 0b10);
    EXPECT_TRUE(guest.IsOn());
    EXPECT_EQ(Memory::Read32(at), foreign | (own & 0xffff'00f0));
    guest.Write({0, 4}, 0b01);
    EXPECT_EQ(Memory::Read32(at), foreign);
    EXPECT_EQ(guest.Read({at + 0x80, 4}, 0), own & 0xffff'00f0);
  }
}

TEST_F(DistributorTest, RoutesLeadToTheGuestsCpusAlone) {
  V3 guest(0, owners_, kGuest, cpus_);
  for (unsigned intid = 0; intid < 1020; ++intid) {
    const std::uint32_t at = 0x6000 + intid * 8;
    const bool own = intid >= 32 && IsOwn(intid);
    const FakeGic before = gic[0];
    // Another guest's CPU, one of N, and a CPU that it has not.
    for (const std::uint64_t value : {0x201ull, 0x1'8000'0001ull, 0x1'0000'0002ull}) {
      guest.Write({at, 8}, value);
      // 1 of N is not offered: its bit is ignored.
      const bool goes = own && value == 0x1'8000'0001;
      EXPECT_EQ(gic[0] == before, !goes) << intid;
      if (goes) EXPECT_EQ(Memory::Read64(at), 0x201u);
      gic[0] = before;
    }
    for (const GuestCpu& cpu : kCpus) {
      guest.Write({at, 8}, cpu.guest_affinity);
      EXPECT_EQ(Memory::Read64(at) == cpu.affinity, own) << intid;
      EXPECT_EQ(guest.Read({at, 8}, 0), own ? cpu.guest_affinity : 0) << intid;
      EXPECT_EQ(guest.Read({at, 4}, 0), own ? cpu.guest_affinity & 0xffff'ffff : 0);
      EXPECT_EQ(guest.Read({at + 4, 4}, 0), own ? 1u : 0);
    }
    guest.Write({at, 4}, 0);
    EXPECT_EQ(Memory::Read64(at), own ? 0x200 : before.Read(at, 8));
    EXPECT_EQ(guest.Read({at, 2}, 0), 0u);
  }
}

TEST_F(DistributorTest, TargetsAreTheGuestsNumbersOfItsInterfaces) {
  V2 guest(0, owners_, kGuest, cpus_, kPrivate);
  for (unsigned intid = 0; intid < 1020; ++intid) {
    const std::uint32_t at = 0x800 + intid;
    const bool own = IsOwn(intid);
    const FakeGic before = gic[0];
    guest.Write({at, 1}, 0b111);  // The third CPU is none.
    if (!own || intid < 32) {
      EXPECT_TRUE(gic[0] == before) << intid;
    } else {
      EXPECT_EQ(gic[0].Read(at, 1), 0b10'0100u);
    }
    const unsigned expected = intid < 32 ? 0b10 : 0b11;
    EXPECT_EQ(guest.Read({at, 1}, 1), own ? expected : 0) << intid;
    EXPECT_EQ(guest.Read({at & ~3u, 4}, 1) >> 8 * (intid % 4) & 0xff, own ? expected : 0);
  }
}

TEST_F(DistributorTest, IdentifiesItselfWithoutWhatAGuestDoesNotHave) {
  gic[0].Write(0x0000, 0x8000'0053, 4);
  gic[0].Write(0x0004, 0x03bf'fe0a, 4);
  gic[0].Write(0x0008, 0x0200'043b, 4);
  gic[0].Write(0xffe8, 0x3b, 4);
  V3 guest(0, owners_, kGuest, cpus_);
  EXPECT_EQ(guest.Read({0x0000, 4}, 0), 0x8000'0050u);
  guest.Write({0x0000, 4}, 0x53);
  EXPECT_EQ(guest.Read({0x0000, 4}, 0), 0x8000'0053u);
  EXPECT_EQ(gic[0].Read(0, 4), 0x8000'0053u) << "not written";
  EXPECT_EQ(guest.Read({0x0004, 4}, 0), 0x03b8'060au);
  EXPECT_EQ(guest.Read({0x0008, 4}, 0), 0x0200'043bu);
  EXPECT_EQ(guest.Read({0xffe8, 4}, 0), 0x3bu);
  EXPECT_EQ(guest.Read({0x000c, 4}, 0), 0u);
  EXPECT_EQ(guest.Read({0x1'0008, 4}, 0), 0u) << "beyond its frame";
  V2 v2(0, owners_, kGuest, cpus_);
  EXPECT_EQ(v2.Read({0x0004, 4}, 0) >> 5 & 7, 1u);
}

TEST_F(DistributorTest, RedistributorsSayWhoseTheyAre) {
  for (const std::uint32_t frame : {1u, 3u}) {
    gic[frame].Write(0, 0x8000'0009, 4);
    gic[frame].Write(0xffe8, 0x3b, 4);
  }
  Redistributors guest(cpus_, kPrivate);
  constexpr std::uint32_t kSecond = Redistributors::kSize;
  EXPECT_EQ(guest.Read({8, 8}), 0x0100'0000'0000'0000u);
  EXPECT_EQ(guest.Read({kSecond + 8, 8}), 0x0100'0001'0000'0110u);
  EXPECT_EQ(guest.Read({kSecond + 8, 4}), 0x110u);
  EXPECT_EQ(guest.Read({kSecond + 12, 4}), 0x0100'0001u);
  EXPECT_EQ(guest.Read({0, 4}), 0x8000'0008u) << "RWP and UWP; no LPIs";
  EXPECT_EQ(guest.Read({0xffe8, 4}), 0x3bu);
  EXPECT_EQ(guest.Read({kSecond + 0x14, 4}), 0b110u);
  guest.Write({kSecond + 0x14, 4}, 0);
  EXPECT_EQ(guest.Read({kSecond + 0x14, 4}), 0u);
  EXPECT_EQ(guest.Read({0x14, 4}), 0b110u);
  guest.Write({kSecond + 0x14, 4}, 0b10);
  EXPECT_EQ(guest.Read({kSecond + 0x14, 4}), 0b110u);
  const std::vector<FakeGic> before = gic;
  guest.Write({2 * kSecond + 0x14, 4}, 0);
  guest.Write({2 * kSecond + 0x1'0100, 4}, ~0u);
  guest.Write({0x70, 8}, ~0ull);
  EXPECT_EQ(guest.Read({2 * kSecond + 8, 8}), 0u);
  EXPECT_TRUE(gic == before);
}

/// Commands of an ITS have the number that GICR_TYPER has; the tables are at physical addresses.
TEST_F(DistributorTest, TheGuestWithLpisHasTheirPhysicalTablesAndNumbers) {
  constexpr std::uint32_t kSecond = Redistributors::kSize;
  gic.assign(gic.size(), FakeGic());
  gic[1].Write(0, 0x8000'0004, 4);
  gic[1].Write(8, 0x0000'0044'0300'2ffb, 8);  // DirectLPI, Last, ...: not the guest's.
  gic[3].Write(8, 0x0000'0045'0100'3fc1, 8);
  Redistributors guest(cpus_, kPrivate, true);
  EXPECT_EQ(guest.Read({8, 8}), 0x0100'0000'0300'2f01u);
  EXPECT_EQ(guest.Read({kSecond + 8, 8}), 0x0100'0001'0100'3f11u);
  guest.Write({kSecond + 0x70, 8}, 0x1122'3344'5566'7788);
  guest.Write({kSecond + 0x78, 4}, 0x99aa'bbcc);
  guest.Write({kSecond + 0x7c, 4}, 0x4000'0001);
  EXPECT_EQ(gic[3].Read(0x70, 8), 0x1122'3344'5566'7788u);
  EXPECT_EQ(gic[3].Read(0x78, 8), 0x4000'0001'99aa'bbccu);
  EXPECT_EQ(guest.Read({kSecond + 0x70, 8}), 0x1122'3344'5566'7788u);
  EXPECT_EQ(guest.Read({kSecond + 0x74, 4}), 0x1122'3344u);
  EXPECT_EQ(guest.Read({kSecond + 0x78, 8}), 0x4000'0001'99aa'bbccu);
  EXPECT_EQ(guest.Read({0x70, 8}), 0u) << "the first CPU's";
  guest.Write({0, 4}, ~0u);
  EXPECT_EQ(gic[1].Read(0, 4), 0x8000'0005u) << "GICR_CTLR.EnableLPIs alone";
  EXPECT_EQ(guest.Read({0, 4}), 0x8000'0001u);
  EXPECT_EQ(gic[3].Read(0, 4), 0u);
  guest.Write({0, 4}, 0);
  EXPECT_EQ(gic[1].Read(0, 4), 0x8000'0004u);
  const std::vector<FakeGic> before = gic;
  guest.Write({0x72, 4}, ~0u);
  guest.Write({0x80, 8}, ~0ull);
  EXPECT_TRUE(gic == before);

  gic[0].Write(0x0004, 0x03bf'fe0a, 4);
  OwnerTable owners(kGuest);
  EXPECT_EQ(V3(0, owners, kGuest, cpus_).Read({0x0004, 4}), 0x03ba'fe0au);
  owners.GiveLpis(vgic::kNoGuest);
  EXPECT_EQ(V3(0, owners, kGuest, cpus_).Read({0x0004, 4}), 0x03b8'060au);
}

TEST_F(DistributorTest, AnEdgeComesBackAndALevelComesByItself) {
  gic[0] = FakeGic();
  gic[0].Write(0xc08, 0b10 << 2, 4);  // SPI 33 is an edge, SPI 34 a level.
  V3 guest(0, owners_, kGuest, cpus_);
  guest.Return(34);
  EXPECT_EQ(gic[0].Read(0x204, 4), 0u);
  guest.Return(33);
  EXPECT_EQ(gic[0].Read(0x204, 4), 0b10u);
}

TEST_F(DistributorTest, SgisGoToTheGuestsCpus) {
  using hal::IccSgi1rEl1;
  const auto to = [&](IccSgi1rEl1 sgi) { return vgic::TargetsOf(sgi.intid(9), cpus_, 1); };
  EXPECT_EQ(to(IccSgi1rEl1().aff3(1).targetlist(0b1011)).cpus, 0b11u);
  EXPECT_EQ(to(IccSgi1rEl1().aff3(1).targetlist(0b10)).cpus, 0b10u);
  EXPECT_EQ(to(IccSgi1rEl1().aff3(1).targetlist(0b11)).intid, 9u);
  EXPECT_EQ(to(IccSgi1rEl1().aff3(1).rs(1).targetlist(0b11)).cpus, 0u);
  EXPECT_EQ(to(IccSgi1rEl1().aff1(2).targetlist(0b11)).cpus, 0u) << "the machine's affinity";
  EXPECT_EQ(to(IccSgi1rEl1().irm(true)).cpus, 0b01u);
  const auto by_sgir = [&](std::uint32_t sgir) { return vgic::TargetsOfSgir(sgir, cpus_, 1).cpus; };
  EXPECT_EQ(by_sgir(0x00ff'0004), 0b11u);
  EXPECT_EQ(by_sgir(0x0001'0004), 0b01u);
  EXPECT_EQ(by_sgir(0x0100'0004), 0b01u);
  EXPECT_EQ(by_sgir(0x0200'0004), 0b10u);
  EXPECT_EQ(by_sgir(0x0300'0004), 0u);
  EXPECT_EQ(vgic::TargetsOfSgir(0x0001'000c, cpus_, 1).intid, 12u);
}

TEST(Owners, AreOfSpisAlone) {
  OwnerTable owners;
  EXPECT_FALSE(owners.Give(31, 1));
  EXPECT_FALSE(owners.Give(1020, 1));
  EXPECT_TRUE(owners.Give(32, 1));
  EXPECT_TRUE(owners.Give(1019, 1));
  EXPECT_EQ(owners.OwnerOf(31), vgic::kNoGuest);
  EXPECT_EQ(owners.OwnerOf(1020), vgic::kNoGuest);
  EXPECT_EQ(owners.WordOf(1, 1), 1u);
  EXPECT_EQ(owners.WordOf(1, 31), 1u << 27);
  EXPECT_EQ(owners.WordOf(2, 1), 0u);
  owners.GiveLpis(1);
  EXPECT_TRUE(owners.HasLpis(1));
  EXPECT_FALSE(owners.HasLpis(2));
  EXPECT_FALSE(OwnerTable().HasLpis(vgic::kNoGuest));
  EXPECT_TRUE(OwnerTable(2).HasLpis(2));
  EXPECT_EQ(owners.WordOf(vgic::kNoGuest, 2), 0u) << "an interrupt without an owner is no guest's";
}

}  // namespace
}  // namespace trivet::tests
