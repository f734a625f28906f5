// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a guest finds after vcpu::Inject against the simulator's own exception entry, and what a
// completed load or store leaves against the instruction itself.

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "sim/pe/exception.h"
#include "tests/guest/simulated_box.h"
#include "vcpu/access.h"
#include "vcpu/inject.h"
#include "vcpu/mmio.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using sim::Pstate;
using vcpu::GuestException;

constexpr std::uint64_t kPc = 0x4020'0124, kFar = 0xffff'8000'1234'5678;

/// An exception, and the same as the simulator takes it.
struct Cause {
  GuestException exception;
  sim::VectorKind kind;
  ExceptionClass from_el0, from_el1;
  std::uint32_t iss;
};
const Cause kCauses[] = {
    {GuestException::Undefined(), sim::VectorKind::kSync, ExceptionClass::kUnknown,
     ExceptionClass::kUnknown, 0},
    {GuestException::DataAbort(kFar, false), sim::VectorKind::kSync,
     ExceptionClass::kDataAbortLower, ExceptionClass::kDataAbortSame, 0x10},
    {GuestException::DataAbort(kFar, true), sim::VectorKind::kSync, ExceptionClass::kDataAbortLower,
     ExceptionClass::kDataAbortSame, 0x50},
    {GuestException::InstructionAbort(kFar), sim::VectorKind::kSync,
     ExceptionClass::kInstructionAbortLower, ExceptionClass::kInstructionAbortSame, 0x10},
    {GuestException::SError(0x1ab'cdef), sim::VectorKind::kSError, ExceptionClass::kSError,
     ExceptionClass::kSError, 0x1ab'cdef},
};

/// What the simulator leaves in `pe` for an exception from `pstate`.
void TakeOn(sim::Pe& pe, const Cause& cause, std::uint64_t pstate) {
  pe.set_pstate(Pstate::FromSpsr(pstate));
  const bool from_el1 = pe.pstate().el() == 1;
  sim::Exception exception = {
      .target_el = 1,
      .kind = cause.kind,
      .esr = sim::Syndrome(from_el1 ? cause.from_el1 : cause.from_el0, cause.iss),
      .return_address = kPc};
  if (cause.exception.far()) exception.far = kFar;
  pe.TakeException(exception);
}

vcpu::EntryControls ControlsOf(const sim::Pe& pe) {
  return {.vbar = VbarEl1::FromRaw(pe.Peek(RegisterId::kVbarEl1)),
          .sctlr = SctlrEl1::FromRaw(pe.Peek(RegisterId::kSctlrEl1)),
          .has_pan = pe.model().Has(Feature::kPan),
          .has_ssbs = pe.model().Has(Feature::kSsbs),
          .has_mte2 = pe.model().Has(Feature::kMte2),
          .has_nmi = pe.model().Has(Feature::kNmi)};
}

/// A PSTATE of EL0t, EL1t or EL1h that this CPU can have.
std::uint64_t RandomPstate(const sim::Pe& pe, std::mt19937_64& random) {
  constexpr std::uint64_t kModes[] = {0, 4, 5}, kNone = Pstate::kModeMask | Pstate::kAArch32;
  const std::uint64_t fields = pe.model().MasksOf(RegisterId::kSpsrEl1).fields;
  return (random() & fields & ~kNone) | kModes[random() % 3];
}

TEST(InjectedException, EntersAsTheCpusOwnDoes) {
  std::mt19937_64 random(6);
  for (const char* name : {"cortex-a72", "neoverse-v1", "max", "synthetic"}) {
    sim::Pe pe(sim::ProfileNamed(name));
    pe.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).raw());
    for (int round = 0; round < 500; ++round) {
      const sim::BitMasks& sctlr = pe.model().MasksOf(RegisterId::kSctlrEl1);
      pe.Poke(RegisterId::kSctlrEl1, (random() & sctlr.stores) | sctlr.ones);
      pe.Poke(RegisterId::kVbarEl1, random() & ~std::uint64_t{0x7ff});
      pe.Poke(RegisterId::kFarEl1, 0x11);
      const std::uint64_t pstate = RandomPstate(pe, random);
      for (const Cause& cause : kCauses) {
        const vcpu::ExceptionEntry entry =
            vcpu::EntryOf(cause.exception, kPc, pstate, ControlsOf(pe));
        TakeOn(pe, cause, pstate);
        ASSERT_EQ(entry.pc, pe.pc()) << name << std::hex << pstate;
        ASSERT_EQ(entry.pstate, pe.pstate().spsr()) << name << std::hex << pstate;
        ASSERT_EQ(entry.elr, pe.Peek(RegisterId::kElrEl1));
        ASSERT_EQ(entry.spsr, pe.Peek(RegisterId::kSpsrEl1));
        ASSERT_EQ(entry.esr, pe.Peek(RegisterId::kEsrEl1));
        ASSERT_EQ(entry.far.value_or(0x11), pe.Peek(RegisterId::kFarEl1));
        pe.Poke(RegisterId::kFarEl1, 0x11);
      }
    }
  }
}

/// [arm-arm] SCTLR2_EL1.EASE.
TEST(InjectedException, AnAbortUsesTheVectorOfAnSErrorWhereEl1AsksForIt) {
  const vcpu::EntryControls ease = {.vbar = VbarEl1::FromRaw(0x8000), .aborts_as_serror = true};
  const auto vector = [&](const GuestException& exception, std::uint64_t pstate) {
    return vcpu::EntryOf(exception, kPc, pstate, ease).pc;
  };
  EXPECT_EQ(vector(GuestException::DataAbort(kFar, false), 0), 0x8580u);
  EXPECT_EQ(vector(GuestException::InstructionAbort(kFar), 5), 0x8380u);
  EXPECT_EQ(vector(GuestException::Undefined(), 5), 0x8200u);
}

TEST(InjectedException, OfAnExitKeepsWhatItsSyndromeSays) {
  using vectors::Syndrome;
  const auto iss = [](std::uint64_t esr, std::optional<std::uint64_t> far) {
    const vcpu::Exit exit = {.reason = vcpu::ExitReason::kDataAbort,
                             .syndrome = Syndrome::FromRaw(esr),
                             .fault = {.virtual_address = far}};
    return GuestException::ExternalAbort(exit).Esr(true);
  };
  EXPECT_EQ(iss(0x93c0'0147, kFar), 0x9600'0150u);  // WnR and CM; no ISV, no DFSC of stage 2.
  EXPECT_EQ(iss(0x93c0'0007, std::nullopt), 0x9600'0410u);  // FnV
  const vcpu::Exit fetch = {.reason = vcpu::ExitReason::kInstructionAbort,
                            .syndrome = Syndrome::FromRaw(0x8200'0147),
                            .fault = {.virtual_address = kFar}};
  EXPECT_EQ(GuestException::ExternalAbort(fetch).Esr(false), 0x8200'0010u);
  EXPECT_EQ(GuestException::ExternalAbort(fetch).far(), kFar);
}

class InjectTest : public ::testing::TestWithParam<HostKind> {
 protected:
  InjectTest() : box_(sim::SyntheticProfile(), GetParam()) {
    box_.Place({sim::Hvc(1)});
    EXPECT_EQ(box_.cpu().HardwareEnable(), Status::kOk);
  }
  /// A guest with its vectors, SPAN clear and DSSBS set.
  static void Prepare(vcpu::Vcpu& guest) {
    guest.registers().load.Set<VbarEl1>(VbarEl1::FromRaw(SimulatedBox::kVectors));
    guest.registers().load.Set<SctlrEl1>(SctlrEl1::Inert().span(false).dssbs(true));
  }
  /// After the exit by the guest's own vector.
  void ExpectTaken(vcpu::Vcpu& guest, std::uint64_t elr) {
    const Result<vcpu::Exit> exit = guest.Run(box_.cpu());
    ASSERT_TRUE(exit.has_value());
    EXPECT_EQ(exit->syndrome.immediate(), SimulatedBox::kTakenByGuest);
    EXPECT_TRUE((guest.frame().pstate & (Pstate::kPan | Pstate::kSsbs)) ==
                (Pstate::kPan | Pstate::kSsbs));
    EXPECT_EQ(guest.Unload(box_.cpu()), Status::kOk);
    EXPECT_EQ(guest.registers().load.Get<ElrEl1>().raw(), elr);
    EXPECT_EQ(guest.registers().load.Get<FarEl1>().raw(), kFar);
    EXPECT_EQ(guest.registers().load.Get<EsrEl1>().raw(), 0x9600'0010u);
    EXPECT_EQ(guest.registers().load.Get<SpsrEl1>().raw(), 0x3c5u);
  }

  SimulatedBox box_;
};

TEST_P(InjectTest, ReachesAGuestBeforeItsFirstRun) {
  vcpu::Vcpu guest(box_.Config());
  Prepare(guest);
  EXPECT_EQ(vcpu::Inject(box_.cpu(), guest, GuestException::DataAbort(kFar, false)), Status::kOk);
  EXPECT_EQ(guest.frame().pc, SimulatedBox::kVectors + 0x200);
  ExpectTaken(guest, SimulatedBox::kEntry);
}

TEST_P(InjectTest, ReachesAGuestWhoseRegistersAreLoaded) {
  vcpu::Vcpu guest(box_.Config());
  Prepare(guest);
  ASSERT_TRUE(guest.Run(box_.cpu()).has_value());
  EXPECT_EQ(vcpu::Inject(box_.cpu(), guest, GuestException::DataAbort(kFar, false)), Status::kOk);
  ExpectTaken(guest, SimulatedBox::kEntry + 4);
}

TEST_P(InjectTest, IsRefusedWithoutAChange) {
  vcpu::Vcpu guest(box_.Config());
  Prepare(guest);
  const auto expect_refused = [&](const GuestException& exception, Status status) {
    const vectors::GuestFrame before = guest.frame();
    EXPECT_EQ(vcpu::Inject(box_.cpu(), guest, exception), status);
    EXPECT_EQ(guest.frame().pc, before.pc);
    EXPECT_EQ(guest.frame().pstate, before.pstate);
    EXPECT_EQ(guest.registers().load.Get<EsrEl1>().raw(), 0u);
  };
  guest.frame().pstate = 9;  // EL2h
  expect_refused(GuestException::Undefined(), Status::kIllegalGuestState);
  guest.frame().pstate = 5;
  guest.registers().open = Capability::kGcs;
  expect_refused(GuestException::Undefined(), Status::kUnsupportedFeature);
  guest.registers().open = {};
  guest.registers().lost = true;
  expect_refused(GuestException::Undefined(), Status::kLostState);
  guest.registers().lost = false;
  percpu::PerCpu<TestHost> other;
  guest.registers().loaded_on = &other;
  expect_refused(GuestException::Undefined(), Status::kLoadedElsewhere);
  guest.registers().loaded_on = nullptr;
  EXPECT_EQ(vcpu::Inject(box_.cpu(), guest, GuestException::SError(1)), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, InjectTest,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

/// Every width, extension and register a load can have: the value read against the load itself.
TEST(CompletedAccess, LeavesWhatTheInstructionDoes) {
  constexpr std::uint64_t kData = SimulatedBox::kBlock + 0x1000, kDevice = 0xc000'0120;
  constexpr std::uint64_t kBytes = 0xf1e2'd3c4'b5a6'9788, kBefore = 0x1122'3344'5566'7788;
  SimulatedBox box(sim::ProfileNamed("neoverse-v1"));
  ASSERT_EQ(box.cpu().HardwareEnable(), Status::kOk);
  box.pe().memory().Map(kData, sim::PhysicalMemory::kPageSize);
  unsigned shapes = 0;
  for (unsigned bits = 0; bits < 1u << 5; ++bits) {
    const sim::MemoryShape shape = {.size_log2 = static_cast<std::uint8_t>(bits & 3),
                                    .sign_extend = (bits & 4) != 0,
                                    .sixty_four = (bits & 8) != 0,
                                    .acquire_release = (bits & 16) != 0};
    // No instruction extends a value to less than twice its width.
    if (shape.sign_extend && shape.size_log2 + (shape.sixty_four ? 0u : 1u) > 2) continue;
    if (!shape.sign_extend && shape.size_log2 == 3 && !shape.sixty_four) continue;
    for (const std::uint8_t rt : {std::uint8_t{5}, std::uint8_t{31}}) {
      ++shapes;
      box.Place({sim::Ldr(rt, 1, shape), sim::Hvc(1), sim::Str(rt, 1, shape), sim::Hvc(2)});
      vcpu::Vcpu guest(box.Config());
      const auto run_at = [&](unsigned instruction, std::uint64_t address) {
        guest.frame().pc = SimulatedBox::kEntry + 4 * instruction;
        guest.frame().x[1] = address;
        guest.frame().x[5] = kBefore;
        return guest.Run(box.cpu()).value_or(vcpu::Exit{});
      };
      box.pe().memory().Write(kData, kBytes, 8);
      EXPECT_EQ(run_at(0, kData).reason, vcpu::ExitReason::kHypercall);
      const std::uint64_t loaded = guest.frame().x[5];
      const auto load = vcpu::Access::Of(run_at(0, kDevice));
      ASSERT_TRUE(load.has_value());
      EXPECT_FALSE(load->is_write);
      EXPECT_EQ(load->address, kDevice);
      EXPECT_EQ(load->is_ordered, shape.acquire_release);
      vcpu::CompleteLoad(*load, kBytes, guest.frame());
      EXPECT_EQ(guest.frame().x[5], loaded) << bits << " " << unsigned{rt};
      EXPECT_EQ(guest.frame().pc, SimulatedBox::kEntry + 4);

      EXPECT_EQ(run_at(2, kData).reason, vcpu::ExitReason::kHypercall);
      const std::uint64_t stored = box.pe().memory().Read(kData, 8);
      const auto store = vcpu::Access::Of(run_at(2, kDevice));
      ASSERT_TRUE(store.has_value());
      EXPECT_TRUE(store->is_write);
      box.pe().memory().Write(kData, kBytes, 8);
      box.pe().memory().Write(kData, vcpu::StoredValue(*store, guest.frame()), store->bytes);
      EXPECT_EQ(box.pe().memory().Read(kData, 8), stored) << bits << " " << unsigned{rt};
      vcpu::CompleteStore(guest.frame());
      EXPECT_EQ(guest.frame().pc, SimulatedBox::kEntry + 12);
      EXPECT_EQ(guest.Unload(box.cpu()), Status::kOk);
    }
  }
  EXPECT_EQ(shapes, 2u * 2 * (7 + 5));
}

/// What was accessed last.
struct RecordingDevice {
  struct At {
    std::uint32_t offset;
    unsigned bytes;
  } at = {};
  std::uint64_t value = 0;

  std::uint64_t Read(At where) {
    at = where;
    return 0x8899'aabb'ccdd'eeff;
  }
  void Write(At where, std::uint64_t stored) {
    at = where;
    value = stored;
  }
};

TEST(CompletedAccess, IsAnsweredByTheRangeThatHasAllOfIt) {
  RecordingDevice low, high;
  const vcpu::MmioRange ranges[] = {vcpu::MmioRange::Of(0x1000, 0x100, low),
                                    vcpu::MmioRange::Of(0x1100, 0x10, high)};
  vectors::GuestFrame frame = {.x = {}, .pc = 0x40};
  frame.x[3] = 0x1122'3344;
  vcpu::Access access = {.address = 0x1108, .bytes = 4, .rt = 3};
  EXPECT_TRUE(vcpu::ServeMmio(ranges, access, frame));
  EXPECT_EQ(high.at.offset, 8u);
  EXPECT_EQ(frame.x[3], 0xccdd'eeffu);
  EXPECT_EQ(frame.pc, 0x44u);
  access.is_write = true;
  access.bytes = 2;
  access.address = 0x10fe;
  EXPECT_TRUE(vcpu::ServeMmio(ranges, access, frame));
  EXPECT_EQ(low.at.offset, 0xfeu);
  EXPECT_EQ(low.at.bytes, 2u);
  EXPECT_EQ(low.value, 0xeeffu);
  EXPECT_EQ(frame.pc, 0x48u);
  for (const std::uint64_t address : {0xfffu, 0x10ffu, 0x110fu, 0x1110u}) {
    access.address = address;
    EXPECT_FALSE(vcpu::ServeMmio(ranges, access, frame)) << address;
  }
  EXPECT_EQ(low.at.offset, 0xfeu);
  EXPECT_EQ(frame.pc, 0x48u);
}

TEST(CompletedAccess, IsRefusedWhereTheSyndromeDoesNotDescribeIt) {
  const vcpu::Exit described = {.reason = vcpu::ExitReason::kDataAbort,
                                .syndrome = vectors::Syndrome::FromRaw(0x93c5'8007),
                                .fault = {.intermediate_address = 0xc000'0120}};
  const auto access = vcpu::Access::Of(described);
  ASSERT_TRUE(access.has_value());
  EXPECT_EQ(access->bytes, 8);
  EXPECT_EQ(access->rt, 5);
  vcpu::Exit exit = described;
  exit.syndrome = vectors::Syndrome::FromRaw(0x92c5'8007);  // ISV
  EXPECT_FALSE(vcpu::Access::Of(exit));
  exit.syndrome = vectors::Syndrome::FromRaw(0x93c5'8087);  // S1PTW
  EXPECT_FALSE(vcpu::Access::Of(exit));
  exit = described;
  exit.fault.intermediate_address.reset();
  EXPECT_FALSE(vcpu::Access::Of(exit));
  exit = described;
  exit.reason = vcpu::ExitReason::kInstructionAbort;
  EXPECT_FALSE(vcpu::Access::Of(exit));
}

}  // namespace
}  // namespace trivet::tests
