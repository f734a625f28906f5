// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a manager refuses: the status and the value, and nothing changed.

#include <gtest/gtest.h>

#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "vgic/gic_v2_interface.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/machine.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic::refusal_test {
namespace {

using Manager = VirtualCpuInterface<GicV3Interface, 2, 2>;

class Refusal : public ::testing::Test {
 protected:
  unsigned Count() {
    unsigned count = 0;
    manager_.ForEach([&](ListRegister) { ++count; });
    return count;
  }
  void ExpectRefused(Interrupt interrupt, Part part, std::uint64_t value) {
    const unsigned before = Count();
    EXPECT_EQ(manager_.Inject(interrupt), Status::kInvalidArgument);
    EXPECT_EQ(manager_.last_error().status, Status::kInvalidArgument);
    EXPECT_EQ(manager_.last_error().part, part);
    EXPECT_EQ(manager_.last_error().intid, interrupt.intid());
    EXPECT_EQ(manager_.last_error().value, value);
    EXPECT_EQ(Count(), before);
  }

  sim::Pe pe_{sim::ProfileNamed("max")};
  const sim::ScopedPe current_{pe_};
  Manager manager_;
};

TEST_F(Refusal, BeforeCreate) {
  EXPECT_EQ(manager_.Inject(Interrupt::Edge(40)), Status::kNotCreated);
  EXPECT_EQ(manager_.Retract(40), Status::kNotCreated);
  EXPECT_EQ(manager_.Load(), Status::kNotCreated);
  EXPECT_EQ(manager_.Post(0, Interrupt::Edge(40)).error().status, Status::kNotCreated);
}

TEST_F(Refusal, OfMoreListRegistersThanThereAre) {
  EXPECT_EQ(manager_.Create(5), Status::kInvalidArgument);
  EXPECT_EQ(manager_.last_error().part, Part::kListRegisterCount);
  EXPECT_EQ(manager_.last_error().value, 5u);
  EXPECT_EQ(manager_.Create(3), Status::kOk);
  EXPECT_EQ(manager_.Create(3), Status::kAlreadyCreated);
}

TEST_F(Refusal, OfAnInterfaceThatIsNotThere) {
  pe_.Poke(hal::RegisterId::kIccSreEl2, 0);
  EXPECT_EQ(manager_.Create(), Status::kUnsupportedHost);
  EXPECT_EQ(manager_.last_error().part, Part::kInterface);
  VirtualCpuInterface<GicV2Interface<>, 2> without_gich;
  EXPECT_EQ(without_gich.Create(), Status::kUnsupportedFeature);
  EXPECT_EQ(without_gich.last_error().part, Part::kInterface);
}

TEST_F(Refusal, OfAMachineWhoseDescriptionHasNone) {
  const auto status_of = [](const platforms::InterruptController& controller) {
    return WithInterface(controller, [](const auto&) {
      ADD_FAILURE() << "there is none to use";
      return Status::kOk;
    });
  };
  EXPECT_EQ(status_of({}), Status::kUnsupportedFeature);
  EXPECT_EQ(status_of(platforms::Bcm2836Interrupts{0x4000'0000}), Status::kUnsupportedFeature);
  EXPECT_EQ(status_of(platforms::GicV2{.distributor = 0x1000, .cpu_interface = 0x2000}),
            Status::kUnsupportedFeature);
  pe_.Poke(hal::RegisterId::kIccSreEl2, 0);
  EXPECT_EQ(status_of(platforms::GicV3{}), Status::kUnsupportedHost);
  const auto id = hal::IdAa64Pfr0El1::FromRaw(pe_.Peek(hal::RegisterId::kIdAa64Pfr0El1));
  pe_.Poke(hal::RegisterId::kIdAa64Pfr0El1, id.gic(0).raw());
  EXPECT_EQ(status_of(platforms::GicV3{}), Status::kUnsupportedFeature);
}

TEST_F(Refusal, OfNumbersAndPrioritiesThatTheMachineLacks) {
  ASSERT_EQ(manager_.Create(), Status::kOk);
  for (const bool loaded : {false, true}) {
    if (loaded) ASSERT_EQ(manager_.Load(), Status::kOk);
    for (const std::uint32_t intid : {1020u, 1023u, 1024u, 8191u, 0x100'0000u}) {
      ExpectRefused(Interrupt::Edge(intid), Part::kIntid, intid);
    }
    ExpectRefused(Interrupt::Edge(40).priority(0x84), Part::kPriority, 0x84);
    ExpectRefused(Interrupt::Level(3), Part::kKind, Interrupt::kEoiBit);
    ExpectRefused(Interrupt::Hardware(8192, 40), Part::kKind, 40);
    ExpectRefused(Interrupt::Hardware(40, 15), Part::kPhysicalIntid, 15);
    ExpectRefused(Interrupt::Hardware(40, 1020), Part::kPhysicalIntid, 1020);
    ExpectRefused(Interrupt::SgiFrom(3, 1), Part::kIntid, 0x403);
  }
}

TEST_F(Refusal, OfAChangeOfWhatBacksAnInterrupt) {
  ASSERT_EQ(manager_.Create(), Status::kOk);
  EXPECT_EQ(manager_.Inject(Interrupt::Hardware(40, 41)), Status::kOk);
  ExpectRefused(Interrupt::Edge(40), Part::kKind, 41);
  ExpectRefused(Interrupt::Hardware(40, 42), Part::kKind, 41);
}

TEST_F(Refusal, OfOneMoreThanThereIsRoomForNamesIt) {
  ASSERT_EQ(manager_.Create(), Status::kOk);
  for (std::uint32_t n = 0; n < 6; ++n) {
    EXPECT_EQ(manager_.Inject(Interrupt::Edge(40 + n)), Status::kOk);
  }
  EXPECT_EQ(manager_.Inject(Interrupt::Edge(50)), Status::kNoRoom);
  EXPECT_EQ(manager_.last_error().part, Part::kCapacity);
  EXPECT_EQ(manager_.last_error().intid, 50u);
  EXPECT_EQ(Count(), 6u);
  EXPECT_EQ(manager_.Inject(Interrupt::Edge(45)), Status::kOk);  // It is there.
}

TEST_F(Refusal, OfPostsThatWereNotTaken) {
  ASSERT_EQ(manager_.Create(), Status::kOk);
  EXPECT_EQ(manager_.Post(2, Interrupt::Edge(40)).error().part, Part::kSender);
  EXPECT_EQ(manager_.Post(1, Interrupt::Hardware(27, 27)).error().part, Part::kPhysicalIntid);
  for (std::uint32_t n = 0; n < 8; ++n) EXPECT_TRUE(manager_.Post(1, Interrupt::Edge(40 + n)));
  const auto refused = manager_.Post(1, Interrupt::Edge(60));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, Status::kNoRoom);
  EXPECT_EQ(refused.error().intid, 60u);
  for (unsigned n = 1; n < 255; ++n) {
    EXPECT_TRUE(manager_.Post(1, Interrupt::Edge(40), n % 2 == 0)) << n;
  }
  EXPECT_FALSE(manager_.Post(1, Interrupt::Edge(40)));
  EXPECT_EQ(manager_.Post(0, Interrupt::Edge(41))->where, Where::kAway);
  manager_.TakePosts();  // 40 and up: two of eight have no room until others end.
  EXPECT_EQ(Count(), 6u);
  for (std::uint32_t n = 0; n < 6; ++n) EXPECT_EQ(manager_.Retract(40 + n), Status::kOk);
  EXPECT_EQ(Count(), 0u);
  manager_.TakePosts();
  EXPECT_EQ(Count(), 2u);
}

// A GICv2's list register holds all that an interrupt has.
TEST(GichLr, IsTheSameThereAndBack) {
  for (const Interrupt interrupt :
       {Interrupt::Edge(40).priority(0xa8), Interrupt::SgiFrom(5, 6).group0(),
        Interrupt::Level(1019), Interrupt::Hardware(40, 1019).priority(0xf8)}) {
    for (unsigned state = 0; state < 4; ++state) {
      const ListRegister lr = interrupt.value().state(static_cast<State>(state));
      EXPECT_EQ(GichLr::ToListRegister(GichLr::From(lr)), lr);
    }
  }
  // [gic2] GICH_LRn: HW 31, Grp1 30, State 29:28, Priority 27:23, PhysicalID 19:10, VirtualID 9:0.
  EXPECT_EQ(
      GichLr::From(WithState(Interrupt::Hardware(40, 41).priority(0x88).value(), true, false)),
      0xd880'a428u);
  EXPECT_EQ(GichLr::From(Interrupt::Level(33).group0().value()), 0x0008'0021u);
}

}  // namespace
}  // namespace trivet::vgic::refusal_test
