// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a guest's ID registers say exists works, and what it did not open they do not say exists.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/guest_view.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/id_registers.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

// el2_offers.S.
extern "C" {
extern const char trivet_offer_vectors[], trivet_offer_start[];
extern const char trivet_offers_always[], trivet_offers_vectors[], trivet_offers_keys[],
    trivet_offers_tags[], trivet_offers_memory_copy[], trivet_offers_control_stack[],
    trivet_offers_translation[], trivet_offers_overlays[], trivet_offers_software_context[],
    trivet_offers_interrupts[], trivet_offers_monitors[], trivet_offers_debug[],
    trivet_offers_sve[], trivet_offers_sme[], trivet_offers_none[];
}

namespace trivet::tests {
namespace {

using hal::Capability;

constexpr std::uint64_t kOfferBytes = 20;
constexpr std::uint16_t kWorked = 1;
constexpr std::uint64_t kVectorsOpen = 3 << 24 | 3 << 20 | 3 << 16;  // CPACR_EL1.{SMEN, FPEN, ZEN}

struct Group {
  Capability capability;
  const char* begin;
  const char* end;
};
constexpr Group kGroups[] = {
    {Capability::kAlways, trivet_offers_always, trivet_offers_vectors},
    {Capability::kFp, trivet_offers_vectors, trivet_offers_keys},
    {Capability::kPointerAuthentication, trivet_offers_keys, trivet_offers_tags},
    {Capability::kMte, trivet_offers_tags, trivet_offers_memory_copy},
    {Capability::kMops, trivet_offers_memory_copy, trivet_offers_control_stack},
    {Capability::kGcs, trivet_offers_control_stack, trivet_offers_translation},
    {Capability::kTranslation2, trivet_offers_translation, trivet_offers_overlays},
    {Capability::kPoe, trivet_offers_overlays, trivet_offers_software_context},
    {Capability::kSoftwareContext, trivet_offers_software_context, trivet_offers_interrupts},
    {Capability::kInterruptInterface, trivet_offers_interrupts, trivet_offers_monitors},
    {Capability::kPmu, trivet_offers_monitors, trivet_offers_debug},
    {Capability::kDebug, trivet_offers_debug, trivet_offers_sve},
    {Capability::kSve, trivet_offers_sve, trivet_offers_sme},
    {Capability::kSme, trivet_offers_sme, trivet_offers_none},
};

[[clang::no_destroy]] vcpu::BlockStage2 stage2;
alignas(64) std::uint64_t scratch[8];
[[clang::no_destroy]] vectors::SveMemory<4> sve_memory;
[[clang::no_destroy]] vectors::SmeMemory<4> sme_memory;

/// With the capabilities that it is refused without.
hal::Capabilities WithNeeded(Capability capability) {
  hal::Capabilities open = capability;
  if (capability == Capability::kSme) open = open | Capability::kSve;
  if (open.Has(Capability::kSve)) open = open | Capability::kFp;
  return open;
}

/// What became of a group's offers.
struct Outcome {
  bool runs = true;  ///< False: this CPU lacks the capability.
  unsigned offered = 0;
};

class GuestOffers : public ::testing::Test {
 protected:
  GuestOffers() {
    stage2 = {};
    EXPECT_EQ(GuestCode(Address(trivet_offer_start)).Map(stage2), Status::kOk);
    EXPECT_EQ(cpu_.Create(hal::Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~GuestOffers() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  static std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }

  /// Runs a guest with `open` through each offer of `group`: what is offered works.
  Outcome Try(const Group& group, hal::Capabilities open) {
    vcpu::Vcpu guest({.entry = Address(trivet_offer_start),
                      .vtcr = vcpu::BlockStage2::vtcr(),
                      .vttbr = vcpu::BlockStage2::vttbr(Address(&stage2), 9),
                      .open = open,
                      .sve = sve_memory,
                      .sme = sme_memory});
    Outcome outcome;
    for (const char* offer = group.begin; offer != group.end; offer += kOfferBytes) {
      if (!TryOne(guest, offer, outcome)) break;
    }
    EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
    return outcome;
  }

 private:
  bool TryOne(vcpu::Vcpu& guest, const char* offer, Outcome& outcome) {
    vectors::GuestFrame& frame = guest.frame();
    frame = {};
    frame.pc = Address(trivet_offer_start);
    frame.pstate = 0x3c5;
    frame.x[9] = Address(trivet_offer_vectors);
    frame.x[10] = Address(offer);
    frame.x[11] = kVectorsOpen;
    frame.x[12] = Address(scratch);
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    outcome.runs = exit.has_value();
    if (!exit) {
      EXPECT_EQ(exit.error(), Status::kUnsupportedFeature);
      return false;
    }
    const bool worked =
        exit->reason == vcpu::ExitReason::kHypercall && exit->syndrome.immediate() == kWorked;
    const bool offered = frame.x[3] >= frame.x[5];
    const std::uint32_t word = reinterpret_cast<const std::uint32_t*>(offer)[3];
    EXPECT_TRUE(!offered || worked)
        << "instruction " << word << ", syndrome " << exit->syndrome.raw();
    outcome.offered += offered;
    return true;
  }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

TEST_F(GuestOffers, WorkInAGuestThatOpenedNothing) {
  for (const Group& group : kGroups) {
    const Outcome outcome = Try(group, {});
    EXPECT_TRUE(outcome.runs);
    if (group.capability == Capability::kAlways) {
      EXPECT_GT(outcome.offered, 10u);
    } else {
      EXPECT_EQ(outcome.offered, 0u) << static_cast<unsigned>(group.capability);
    }
  }
}

TEST_F(GuestOffers, OfEachCapabilityAppearWhenItIsOpenAndWork) {
  hal::Capabilities had;
  for (const Group& group : kGroups) {
    const Outcome outcome = Try(group, WithNeeded(group.capability));
    if (!outcome.runs) continue;
    had = had | group.capability;
    EXPECT_GT(outcome.offered, 0u) << static_cast<unsigned>(group.capability);
  }
  // An interrupt interface and MTE need more than the CPU: there is no group of them.
  const auto features = hal::FeatureSet::From(hal::IdValues::Read<hal::Cpu>());
  for (const Group& group : kGroups) {
    EXPECT_EQ(hal::CapabilitiesOf(features).Has(group.capability), had.Has(group.capability));
  }
  // QEMU's `max`, on which this runs.
  EXPECT_TRUE(had.Has(Capability::kMops));
  EXPECT_TRUE(had.Has(Capability::kPmu));
  EXPECT_TRUE(had.Has(Capability::kDebug));
  EXPECT_TRUE(had.Has(Capability::kSve));
  EXPECT_TRUE(had.Has(Capability::kSme));
  EXPECT_TRUE(had.Has(Capability::kPointerAuthentication));
}

/// Each ID register is served from its own value, whatever its neighbours' are.
TEST_F(GuestOffers, AreOfEachIdRegistersOwnValue) {
  for (const hal::Capabilities open : {hal::Capabilities(), hal::kAllCapabilities}) {
#define OFFERED(Type)                                                                          \
  EXPECT_EQ(                                                                                   \
      vcpu::OfferedIdRegister(hal::kInfo<hal::Type>.encoding, open),                           \
      hal::OfferedId(hal::kInfo<hal::Type>.encoding, hal::Cpu::Read<hal::Type>().raw(), open)) \
      << #Type;
#include "hal/regs/guest.def"
  }
}

}  // namespace
}  // namespace trivet::tests
