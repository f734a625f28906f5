// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a host has at EL2 does not reach a guest that did not open it, and is the host's again
// afterwards. On the simulator, with every feature.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hal/guest_view.h"
#include "hal/roles.h"
#include "sim/model/model.h"
#include "tests/guest/simulated_box.h"
#include "vectors/in_place.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vcpu::ExitReason;
using Values = std::map<std::string, std::uint64_t>;

/// Every control of EL2 that guests get a value of their own in, but for those of stage 2.
std::vector<RegisterId> Controls(const sim::Pe& pe, bool e2h) {
  std::vector<RegisterId> ids;
  const auto add = [&](RegisterId clear, RegisterId set) {
    const RegisterId id = e2h ? set : clear;
    if (id == RegisterId::kVtcrEl2 || id == RegisterId::kVttbrEl2) return;
    if (pe.model().Has(InfoOf(id).needs)) ids.push_back(id);
  };
#define CONTROLLED(Type) \
  add(kInfo<NamesAtEl2<Type>::E2hClear>.id, kInfo<NamesAtEl2<Type>::E2hSet>.id);
#define CONFIGURED(Type) CONTROLLED(Type)
#include "hal/regs/guest.def"
  return ids;
}

Values ValuesOf(const sim::Pe& pe, bool e2h) {
  Values values;
  for (const RegisterId id : Controls(pe, e2h)) values[InfoOf(id).name] = pe.Peek(id);
  return values;
}

/// What EL2's controls were when a guest last left; its hook is `Look`.
Values in_run;
HcrEl2 hcr_in_run;

vectors::InPlace Look(vectors::InPlaceExit&) {
  hcr_in_run = Cpu::Read<HcrEl2>();
  in_run = ValuesOf(sim::ScopedPe::Current(), hcr_in_run.e2h());
  return vectors::InPlace::kExit;
}

class ClosedGuest : public ::testing::TestWithParam<HostKind> {
 protected:
  ClosedGuest() : box_(sim::SyntheticProfile(), GetParam()) {}

  static bool e2h() { return GetParam() == HostKind::kVhe; }
  vcpu::Config Config(Capabilities open = {}) const {
    vcpu::Config config = box_.Config(open);
    config.in_place.synchronous = &Look;
    return config;
  }
  static ExitReason Run(SimulatedBox& box, vcpu::Vcpu& guest) {
    const Result<vcpu::Exit> exit = guest.Run(box.cpu());
    EXPECT_TRUE(exit.has_value());
    return exit ? exit->reason : ExitReason::kOther;
  }
  ExitReason Run(vcpu::Vcpu& guest) { return Run(box_, guest); }

  SimulatedBox box_;
};

/// The bits that a guest may not take over from its host, and whose meaning a host may have set.
constexpr HcrEl2 kHostsBits = HcrEl2()
                                  .api(true)
                                  .apk(true)
                                  .ata(true)
                                  .dct(true)
                                  .enscxt(true)
                                  .fien(true)
                                  .amvoffen(true)
                                  .vse(true)
                                  .vi(true)
                                  .vf(true);

TEST_P(ClosedGuest, HasNoBitOfHcrThatItsHostHasForItself) {
  const std::uint64_t bits =
      kHostsBits.raw() & box_.pe().model().MasksOf(RegisterId::kHcrEl2).fields;
  const std::uint64_t host = box_.pe().Peek(RegisterId::kHcrEl2) | bits;
  box_.pe().Poke(RegisterId::kHcrEl2, host);
  ASSERT_EQ(box_.cpu().HardwareEnable(), Status::kOk);
  box_.Place({sim::MovImm(1, 0), sim::Hvc(1)});
  vcpu::Vcpu guest(Config());
  guest.frame().pstate = 0x5;  // EL1h, nothing masked: it would take a virtual interrupt.
  EXPECT_EQ(Run(guest), ExitReason::kHypercall);
  EXPECT_EQ(guest.frame().pc, SimulatedBox::kEntry + 8);
  EXPECT_EQ(hcr_in_run.raw() & kHostsBits.raw(), 0u);
  EXPECT_EQ(box_.cpu().Audit(), Status::kOk);
  EXPECT_EQ(guest.Unload(box_.cpu()), Status::kOk);
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw() & bits, bits);
  ASSERT_EQ(box_.cpu().HardwareDisable(), Status::kOk);
  EXPECT_EQ(box_.pe().Peek(RegisterId::kHcrEl2), host);
}

/// A value of the host's own for each field that it can keep while it calls Trivet.
std::uint64_t HostValue(const sim::Pe& pe, RegisterId id, unsigned n) {
  const sim::BitMasks& masks = pe.model().MasksOf(id);
  std::uint64_t pattern = 0x5a3c'965a'c3a5'6996u * (2 * n + 1);
  if ((pattern & masks.fields) == 0) pattern = ~pattern;  // Of few fields.
  return (pe.Peek(id) & ~masks.fields) | (pattern & masks.fields);
}

TEST_P(ClosedGuest, LeavesItsHostEveryControlOfEl2) {
  for (unsigned n = 0; const RegisterId id : Controls(box_.pe(), e2h())) {
    if (id != RegisterId::kIccSreEl2) box_.pe().PokeFields(id, HostValue(box_.pe(), id, n++));
  }
  const Values host = ValuesOf(box_.pe(), e2h());
  ASSERT_EQ(box_.cpu().HardwareEnable(), Status::kOk);
  EXPECT_EQ(ValuesOf(box_.pe(), e2h()), host);
  box_.Place({sim::Hvc(1), sim::Hvc(2)});
  vcpu::Config config = Config();
  config.counter_offset = 0x1234'5678;
  vcpu::Vcpu guest(config);
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(Run(guest), ExitReason::kHypercall);
    // ICC_SRE_EL2 reads as one here; of VPIDR_EL2 and the rest a guest has its own.
    for (const auto& [name, value] : in_run) {
      if (name != "ICC_SRE_EL2") EXPECT_NE(value, host.at(name)) << name;
    }
    EXPECT_EQ(ValuesOf(box_.pe(), e2h()), e2h() ? host : in_run) << "after a run";
  }
  EXPECT_EQ(guest.Unload(box_.cpu()), Status::kOk);
  EXPECT_EQ(ValuesOf(box_.pe(), e2h()), host) << "after Unload()";
  ASSERT_EQ(box_.cpu().HardwareDisable(), Status::kOk);
  EXPECT_EQ(ValuesOf(box_.pe(), e2h()), host) << "after disable";
}

/// Whether a guest of the box that opened nothing gets past `instruction`.
bool GetsPast(SimulatedBox& box, vcpu::Vcpu& guest, const sim::Instruction& instruction) {
  constexpr std::uint16_t kDone = 1;
  box.Place({instruction, sim::Hvc(kDone)});
  guest.frame().pc = SimulatedBox::kEntry;
  guest.frame().pstate = 0x3c5;
  guest.frame().x[1] = 3;
  const Result<vcpu::Exit> exit = guest.Run(box.cpu());
  EXPECT_TRUE(exit.has_value()) << InfoOf(instruction.reg.reg()).name;
  return exit && exit->reason == ExitReason::kHypercall && exit->syndrome.immediate() == kDone;
}

// Keys, tags, profiling, trace, debug, performance monitors, LORegions and the rest.
TEST_P(ClosedGuest, ChangesNoRegisterThatItDidNotOpenAndReadsNone) {
  box_.pe().Poke(RegisterId::kHcrEl2, box_.pe().Peek(RegisterId::kHcrEl2) |
                                          HcrEl2().api(true).apk(true).ata(true).raw());
  ASSERT_EQ(box_.cpu().HardwareEnable(), Status::kOk);
  box_.pe().Poke(RegisterId::kVbarEl12, SimulatedBox::kVectors);
  vcpu::Vcpu guest(box_.Config());
  unsigned tried = 0;
  for (const GuestRegister& line : GuestRegisters()) {
    const bool opened = line.capability > Capability::kNever && line.fate != Fate::kShared;
    if (!opened && line.fate != Fate::kTrapped) continue;
    const std::uint64_t before = box_.pe().Peek(line.id);
    EXPECT_FALSE(GetsPast(box_, guest, sim::Msr(line.id, 1))) << InfoOf(line.id).name;
    EXPECT_FALSE(GetsPast(box_, guest, sim::Mrs(1, line.id))) << InfoOf(line.id).name;
    EXPECT_EQ(box_.pe().Peek(line.id), before) << InfoOf(line.id).name;
    ++tried;
  }
  EXPECT_GT(tried, 100u);
  EXPECT_EQ(guest.Unload(box_.cpu()), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, ClosedGuest,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

// [arm-arm] HPFAR_EL2: UNKNOWN after a permission fault, unless of a stage 1 walk.
TEST(StageTwoFault, OfAPermissionHasNoAddressAndNotTheLastOnes) {
  SimulatedBox box(sim::ProfileNamed("cortex-a72"));
  constexpr std::uint64_t kReadOnly = 0x8000'0000, kUnmapped = 0xc000'0120;
  constexpr std::uint64_t kBlockReadOnly =
      kReadOnly | 1 << 10 | 3 << 8 | 1 << 6 | 0xf << 2 | 1;  // AF, SH, S2AP 0b01, normal
  reinterpret_cast<std::uint64_t*>(&box.stage2())[kReadOnly / SimulatedBox::kBlock] =
      kBlockReadOnly;
  box.pe().memory().Map(kReadOnly, 0x1000);
  box.Place({sim::Ldr(5, 1), sim::Str(5, 2), sim::Ldr(5, 2), sim::Ldr(5, 1)});
  ASSERT_EQ(box.cpu().HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(box.Config());
  guest.frame().x[1] = kUnmapped;
  guest.frame().x[2] = kReadOnly + 0x450;
  const auto exit = guest.Run(box.cpu());
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->fault.intermediate_address, kUnmapped);
  guest.SkipInstruction(*exit);
  const auto denied = guest.Run(box.cpu());
  ASSERT_TRUE(denied.has_value());
  EXPECT_EQ(denied->syndrome.data_abort().fault.kind, vectors::FaultKind::kPermission);
  EXPECT_EQ(denied->fault.intermediate_address, std::nullopt);
  EXPECT_EQ(denied->fault.virtual_address, kReadOnly + 0x450);
  // The simulator keeps no old address for it either.
  EXPECT_NE(Cpu::Read<HpfarEl2>().raw() >> 4, kUnmapped >> 12);
  guest.SkipInstruction(*denied);
  const auto again = guest.Run(box.cpu());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(guest.frame().pc, SimulatedBox::kEntry + 12) << "the load was allowed";
  EXPECT_EQ(again->fault.intermediate_address, kUnmapped);
}

TEST(OneVcpu, OnTwoCpusIsRefusedOnTheSecondUntilItIsUnloadedFromTheFirst) {
  SimulatedBox first(sim::ProfileNamed("cortex-a72"));
  ASSERT_EQ(first.cpu().HardwareEnable(), Status::kOk);
  first.Place({sim::MovImm(1, 0x77), sim::Msr(RegisterId::kTpidrEl1, 1), sim::Hvc(1)});
  vcpu::Vcpu guest(first.Config());
  ASSERT_TRUE(guest.Run(first.cpu()).has_value());
  {
    SimulatedBox second(sim::ProfileNamed("cortex-a72"));
    second.ShowStage2Of(first);
    ASSERT_EQ(second.cpu().HardwareEnable(), Status::kOk);
    const std::uint64_t hcr = Cpu::Read<HcrEl2>().raw();
    EXPECT_EQ(guest.Run(second.cpu()).error_or(Status::kOk), Status::kLoadedElsewhere);
    EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), hcr);
    EXPECT_EQ(second.cpu().guest_owner(), nullptr);
    EXPECT_EQ(guest.Unload(second.cpu()), Status::kOk) << "nothing of it is there";
    EXPECT_EQ(second.cpu().HardwareDisable(), Status::kOk);
  }
  EXPECT_EQ(guest.Unload(first.cpu()), Status::kOk);
  SimulatedBox second(sim::ProfileNamed("cortex-a72"));
  second.ShowStage2Of(first);
  second.pe().memory().Place(guest.frame().pc, {sim::Mrs(2, RegisterId::kTpidrEl1), sim::Hvc(2)});
  ASSERT_EQ(second.cpu().HardwareEnable(), Status::kOk);
  ASSERT_TRUE(guest.Run(second.cpu()).has_value());
  EXPECT_EQ(guest.frame().x[2], 0x77u);
  EXPECT_EQ(guest.Unload(second.cpu()), Status::kOk);
}

}  // namespace
}  // namespace trivet::tests
