// SPDX-License-Identifier: Apache-2.0 OR MIT
// The register descriptions against a CPU that executes it: every register that the CPU has can be
// read at EL2 (an UNDEFINED access ends the image), and features read live are those of the saved
// ID values.

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/presence.h"
#include "hal/registers.h"
#include "platforms/runtime/translation.h"

namespace trivet::hal {
namespace {

template <class R>
bool ReadIfPresent(const FeatureSet& features) {
  // E2H is clear in this image: the EL12 names are UNDEFINED.
  constexpr bool kIsAlias12 = kInfo<R>.encoding.op1 == 5;
  if constexpr (ReadableRegister<R> && !kIsAlias12) {
    if (!IsPresent<Cpu>(kInfo<R>, features)) return false;
    (void)Cpu::Read<R>();
    return true;
  }
  return false;
}

TEST(Registers, ThatThisCpuHasCanBeRead) {
  const FeatureSet features = FeatureSet::From(IdValues::Read<Cpu>());
  if (features.Has(Feature::kGicV3)) {
    Cpu::Write<IccSreEl2>(IccSreEl2().sre(true).enable(true));
    Cpu::Isb();
  }
  unsigned count = 0;
#define REGISTER(Type, ...) count += ReadIfPresent<Type>(features) ? 1 : 0;
#define E2H_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define SAME_LAYOUT(Type, ...) REGISTER(Type)
#define INSTANCE(Type, ...) REGISTER(Type)
#include "hal/regs/all.def"
  EXPECT_GT(count, 150u);
}

/// Sets HCR_EL2.E2H while it lives, with no trap of vectors.
class WithE2h {
 public:
  WithE2h() : hcr_(Cpu::Read<HcrEl2>()), cptr_(Cpu::Read<CptrEl2>()) {
    platforms::WriteHcrEl2(hcr_.e2h(true).raw());
    constexpr TrapLevels kNone = TrapLevels::kNone;
    Cpu::Write<CptrEl2E2h>(CptrEl2E2h::Inert().fpen(kNone).zen(kNone).smen(kNone));
    Cpu::Isb();
  }
  ~WithE2h() {
    platforms::WriteHcrEl2(hcr_.raw());
    Cpu::Write<CptrEl2>(cptr_);
    Cpu::Isb();
  }

 private:
  HcrEl2 hcr_;
  CptrEl2 cptr_;
};

/// What the names of one E2H_ALIAS line show.
struct AliasReads {
  std::uint64_t base, alias, redirected, target;
};

/// Reads the EL1 register by its own name with E2H clear, then all names with E2H set.
template <class Alias, class Base, class Target>
AliasReads ReadAlias() {
  AliasReads reads;
  reads.base = Cpu::Read<Base>().raw();
  const WithE2h e2h;
  reads.alias = Cpu::Read<Alias>().raw();
  reads.redirected = Cpu::Read<Base>().raw();
  reads.target = Cpu::Read<Target>().raw();
  return reads;
}

// [arm-arm] FEAT_VHE: at EL2 with E2H set, _EL12 names reach EL1's registers and _EL1 names EL2's.
TEST(Aliases, ReachTheirStorageAndBaseNamesTheirTarget) {
  const FeatureSet features = FeatureSet::From(IdValues::Read<Cpu>());
  if (!features.Has(Feature::kVhe)) GTEST_SKIP() << "no FEAT_VHE";
  // Different values in a pair of registers show which of them a name reaches.
  Cpu::Write<FarEl1>(FarEl1::FromRaw(0x1111));
  Cpu::Write<FarEl2>(FarEl2::FromRaw(0x2222));
  Cpu::Write<ContextidrEl1>(ContextidrEl1::FromRaw(0x3333));
  unsigned count = 0;
#define E2H_ALIAS(Type, NAME, Base, Target, encoding)                                     \
  if (IsPresent<Cpu>(kInfo<Type>, features) && IsPresent<Cpu>(kInfo<Target>, features) && \
      std::string_view(NAME).find("TVAL") == std::string_view::npos) {                    \
    const AliasReads reads = ReadAlias<Type, Base, Target>();                             \
    EXPECT_EQ(reads.alias, reads.base) << NAME;                                           \
    EXPECT_EQ(reads.redirected, reads.target) << NAME;                                    \
    ++count;                                                                              \
  }
#include "hal/regs/all.def"
  EXPECT_GE(count, 20u);
}

TEST(Features, ReadLiveAreThoseOfTheIdValues) {
  const IdValues ids = IdValues::Read<Cpu>();
  for (unsigned i = 0; i < kFeatureCount; ++i) {
    const auto feature = static_cast<Feature>(i);
    EXPECT_EQ(Has(feature, LiveIds<Cpu>{}), Has(feature, ids)) << ToString(feature);
  }
  EXPECT_EQ((Has<Feature::kVhe, Cpu>()), Has(Feature::kVhe, ids));
}

}  // namespace
}  // namespace trivet::hal
