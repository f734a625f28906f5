// Each switched register of hal/regs/guest.def with a value for the host and one for each of two
// guests, which set and show theirs by their own instructions where the host uses the same name. In
// every environment: on the simulator values_test looks at all registers, here at the CPU's own.

#include <gtest/gtest.h>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/roles.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr std::uint64_t kShow = 20;
constexpr unsigned kFirstKept = 10;  // The guest's program changes none from here on.
constexpr std::uint64_t kUntranslated = SctlrEl1().m(true).ee(true).raw();
constexpr std::uint64_t kNotDebugged = MdscrEl1().ss(true).mde(true).kde(true).raw();
constexpr std::uint64_t kTimers[] = {2, 3, 0};  // None that is enabled and not masked.

enum class Owner : std::uint8_t { kHost, kFirst, kSecond };

std::uint64_t Mix(std::uint64_t n) {
  n = (n ^ n >> 31) * 0x9e37'79b9'7f4a'7c15;
  n = (n ^ n >> 29) * 0xbf58'476d'1ce4'e5b9;
  return n ^ n >> 32;
}

bool IsKept(const FieldInfo& field) {
  if (field.kind != BitKind::kField || field.traits.on_write != OnWrite::kStores) return false;
  for (const Feature needs :
       {field.traits.needs, field.traits.res1_without, field.traits.rao_without}) {
    if (!Has(needs, LiveIds<Cpu>{})) return false;
  }
  return true;
}

/// A value for every field of the register that the CPU has, other than the other owners'.
template <class R>
std::uint64_t ValueOf(Owner owner) {
  const auto own = static_cast<std::uint64_t>(owner);
  if (kInfo<R>.id == RegisterId::kCntvCtlEl0) return kTimers[own];
  std::uint64_t bits = 0;
  for (const FieldInfo& field : kInfo<R>.fields) {
    if (IsKept(field)) bits |= field.mask();
  }
  if (kInfo<R>.id == RegisterId::kSctlrEl1) bits &= ~kUntranslated;
  if (kInfo<R>.id == RegisterId::kMdscrEl1) bits &= ~kNotDebugged;
  const std::uint64_t fixed = InertBits(kInfo<R>.fields) & ~bits;
  if (std::popcount(bits) >= 12)
    return (Mix(static_cast<std::uint64_t>(kInfo<R>.id) << 2 | (own + 1)) & bits) | fixed;
  std::uint64_t value = own + 1, placed = 0;
  for (; bits != 0; bits &= bits - 1, value >>= 1) {
    if ((value & 1) != 0) placed |= bits & -bits;
  }
  return placed | fixed;
}

/// Calls visit<R, Name>() for each register that this CPU has, with its name at EL2: those that
/// change with a load, and with `runs` those that a VHE host uses too.
template <class Visit>
void ForEachSwitched(bool e2h, bool runs, Visit visit) {
  const auto one = [&]<class R>() {
    if (!Has(kInfo<R>.needs, LiveIds<Cpu>{})) return;
    if (e2h) return visit.template operator()<R, typename NamesAtEl2<R>::E2hSet>();
    visit.template operator()<R, typename NamesAtEl2<R>::E2hClear>();
  };
#define ON_LOAD(Type) one.template operator()<Type>();
#define ON_RUN(Type) \
  if (runs) one.template operator()<Type>();
#include "hal/regs/guest.def"
}

template <class R>
consteval bool IsOnRun() {
  bool is = false;
#define ON_RUN(Type) is |= std::same_as<R, hal::Type>;
#include "hal/regs/guest.def"
  return is;
}

void WriteAll(bool e2h, bool runs, Owner owner) {
  ForEachSwitched(e2h, runs, [owner]<class R, class Name>() {
    Cpu::Write<Name>(Name::Value::FromRaw(ValueOf<R>(owner)));
  });
  Cpu::Isb();
}

/// What the CPU keeps of each owner's values: AMAIR_EL1 and its like may hold nothing.
class KeptValues {
 public:
  explicit KeptValues(bool e2h) : e2h_(e2h) {
    for (const Owner owner : {Owner::kFirst, Owner::kSecond, Owner::kHost}) {
      WriteAll(e2h, true, owner);
      ForEachSwitched(e2h, true, [this, owner, i = 0]<class R, class Name>() mutable {
        values_[static_cast<unsigned>(owner)][i++] = Cpu::Read<Name>().raw();
      });
    }
    ForEachSwitched(e2h, true, [this, i = 0]<class R, class Name>() mutable {
      ExpectDistinct(values_[0][i], values_[1][i], values_[2][i], kInfo<R>.name);
      ++i;
    });
  }

  /// `walks_off`: a work-around may hold other values in TCR_EL1 and SCTLR_EL1 between runs.
  void Expect(bool runs, Owner owner, bool walks_off = false) const {
    const auto* const expected = values_[static_cast<unsigned>(owner)];
    ForEachSwitched(e2h_, true, [&, i = 0]<class R, class Name>() mutable {
      const std::uint64_t value = expected[i++];
      if (!runs && IsOnRun<R>()) return;
      if (walks_off && (std::same_as<R, TcrEl1> || std::same_as<R, SctlrEl1>)) return;
      EXPECT_EQ(Cpu::Read<Name>().raw(), value) << kInfo<R>.name;
    });
  }

 private:
  static void ExpectDistinct(std::uint64_t host, std::uint64_t first, std::uint64_t second,
                             const char* name) {
    if ((host | first | second) == 0) return;
    EXPECT_NE(host, first) << name;
    EXPECT_NE(host, second) << name;
    EXPECT_NE(first, second) << name;
  }

  const bool e2h_;
  std::uint64_t values_[3][64];
};

/// The registers as they were, put back at the end: the image has other tests.
class RegistersAsTheyWere {
 public:
  explicit RegistersAsTheyWere(bool e2h) : e2h_(e2h) {
    ForEachSwitched(e2h, true,
                    [this]<class R, class Name>() { values_[count_++] = Cpu::Read<Name>().raw(); });
  }
  ~RegistersAsTheyWere() {
    std::size_t i = 0;
    ForEachSwitched(e2h_, true, [&]<class R, class Name>() {
      Cpu::Write<Name>(Name::Value::FromRaw(values_[i++] | InertBits(kInfo<R>.fields)));
    });
  }
  RegistersAsTheyWere(const RegistersAsTheyWere&) = delete;
  RegistersAsTheyWere& operator=(const RegistersAsTheyWere&) = delete;

 private:
  const bool e2h_;
  std::uint64_t values_[64];
  std::size_t count_ = 0;
};

class SwitchedValues : public ::testing::TestWithParam<HostKind> {
 protected:
  SwitchedValues() : stage2_(FreshStage2()) {
    EXPECT_EQ(program_.Map(stage2_), Status::kOk);
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    Cpu::Write<CntvoffEl2>(CntvoffEl2::FromRaw(0x7'7000));
    Cpu::Write<VpidrEl2>(VpidrEl2::FromRaw(0x1234'5678));
    Cpu::Write<VmpidrEl2>(VmpidrEl2::FromRaw(VmpidrEl2::Inert().raw() | 0xabc));
    WriteAll(e2h_, true, Owner::kHost);
  }
  ~SwitchedValues() override {
    Cpu::Write<CntvoffEl2>({});
    Cpu::Write<VpidrEl2>(VpidrEl2::FromRaw(Cpu::Read<MidrEl1>().raw()));
    Cpu::Write<VmpidrEl2>(VmpidrEl2::FromRaw(Cpu::Read<MpidrEl1>().raw()));
    Cpu::Isb();
  }

  vcpu::Config ConfigFor(std::uint16_t vmid) {
    const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2_);
    return {.entry = program_.entry(),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(table, vmid),
            .mpidr = MpidrEl1::FromRaw(vmid)};
  }

  /// One run, up to the next HVC; general registers and SP are the guest's before and after.
  void Run(vcpu::Vcpu& guest, unsigned immediate) {
    for (unsigned n = kFirstKept; n < 31; ++n) guest.frame().x[n] = KeptX(guest, n);
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    ASSERT_TRUE(exit.has_value());
    EXPECT_EQ(exit->reason, vcpu::ExitReason::kHypercall);
    EXPECT_EQ(exit->syndrome.immediate(), immediate);
    for (unsigned n = kFirstKept; n < 31; ++n) EXPECT_EQ(guest.frame().x[n], KeptX(guest, n)) << n;
  }
  static std::uint64_t KeptX(const vcpu::Vcpu& guest, unsigned n) {
    return reinterpret_cast<std::uintptr_t>(&guest) << 8 | n;
  }

  /// The guest takes its values: its own instructions, then EL2 for what a load changes.
  void Take(vcpu::Vcpu& guest, Owner owner) {
    auto& x = guest.frame().x;
    x[2] = ValueOf<SpEl0>(owner);
    x[3] = ValueOf<TpidrEl0>(owner);
    x[4] = ValueOf<TpidrroEl0>(owner);
    x[5] = ValueOf<ParEl1>(owner);
    Run(guest, 1);
    WriteAll(e2h_, !e2h_, owner);
  }

  /// What the guest reads is its own, and so is what EL2 finds.
  void Show(vcpu::Vcpu& guest, Owner owner) {
    guest.frame().pc = program_.entry() + kShow;
    Run(guest, 2);
    const auto& x = guest.frame().x;
    EXPECT_EQ(x[6], ValueOf<SpEl0>(owner));
    EXPECT_EQ(x[7], ValueOf<TpidrEl0>(owner));
    EXPECT_EQ(x[8], ValueOf<TpidrroEl0>(owner));
    EXPECT_EQ(x[9], ValueOf<ParEl1>(owner));
    values_.Expect(!e2h_, owner, GetParam() == HostKind::kNvheTge);
  }

  static vcpu::BlockStage2& FreshStage2() {
    alignas(vcpu::BlockStage2) static std::byte storage[sizeof(vcpu::BlockStage2)];
    return *new (storage) vcpu::BlockStage2();
  }

  const bool e2h_ = GetParam() == HostKind::kVhe;
  Machine machine_{GetParam()};
  RegistersAsTheyWere before_{e2h_};
  KeptValues values_{e2h_};
  GuestCode program_ = PlaceValuesGuest();
  vcpu::BlockStage2& stage2_;
  percpu::PerCpu<TestHost> cpu_;
};

TEST_P(SwitchedValues, EachOwnerFindsItsOwnInEveryRegister) {
  const HostView host = HostView::Now();
  values_.Expect(true, Owner::kHost);
  vcpu::Vcpu first(ConfigFor(5)), second(ConfigFor(6));
  ASSERT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  const HostView enabled = HostView::Now();
  Take(first, Owner::kFirst);
  Show(first, Owner::kFirst);
  Take(second, Owner::kSecond);
  Show(first, Owner::kFirst);
  Show(second, Owner::kSecond);
  EXPECT_EQ(second.Unload(cpu_), Status::kOk);
  values_.Expect(true, Owner::kHost);
  EXPECT_TRUE(HostView::Now() == enabled);
  Show(first, Owner::kFirst);
  ASSERT_EQ(cpu_.PrepareSuspend(), Status::kOk);
  values_.Expect(true, Owner::kHost);
  EXPECT_TRUE(HostView::Now() == host);
  ASSERT_EQ(cpu_.Resumed(), Status::kOk);
  Show(second, Owner::kSecond);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  values_.Expect(true, Owner::kHost);
  EXPECT_TRUE(HostView::Now() == host);
}

TEST_P(SwitchedValues, APanicWithAGuestLoadedRestoresTheHosts) {
  const HostView host = HostView::Now();
  vcpu::Vcpu first(ConfigFor(5));
  ASSERT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  Take(first, Owner::kFirst);
  cpu_.Panic();
  values_.Expect(true, Owner::kHost);
  EXPECT_TRUE(HostView::Now() == host);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, SwitchedValues,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
