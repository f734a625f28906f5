// SPDX-License-Identifier: Apache-2.0 OR MIT
// V0 to V31 have no encoding of MRS: a guest loads or stores all of them.

#include <gtest/gtest.h>

#include "hal/exception_class.h"
#include "tests/isolation/guest_memory.h"
#include "tests/isolation/marked_host.h"

namespace trivet::tests::vector_registers_functest {
namespace {

constexpr std::uint64_t kCode = 0x900, kValues = 0x1000;
constexpr unsigned kRegisters = 32, kDoubleWords = 2 * kRegisters;
constexpr std::uint16_t kDone = 2;
// [arm-arm] C7.2, STR and LDR (immediate, SIMD&FP), 128 bits, unsigned offset in x0.
constexpr std::uint32_t kStore = 0x3d80'0000, kLoad = 0x3dc0'0000;

std::uint64_t* Values() { return reinterpret_cast<std::uint64_t*>(GuestWords()) + kValues / 8; }

class VectorRegisters : public MarkedHost {
 protected:
  /// The loaded guest stores or loads V0 to V31. False: the first of them ended the run.
  bool Access(std::uint32_t instruction) {
    for (std::uint32_t n = 0; n < kRegisters; ++n) {
      GuestWord(kCode + n * std::uint64_t{4}) = instruction | n << 10 | n;
    }
    GuestWord(kCode + kRegisters * std::uint64_t{4}) = Hvc(kDone);
    PublishGuestWords(kCode, (kRegisters + 1) * std::size_t{4});
    PublishGuestWords(kValues, kDoubleWords * sizeof(std::uint64_t));
    rig().guest().frame().x[0] = kGuestBase + kValues;
    IsolationRig::Stop stop = rig().Run(kGuestBase + kCode, kAtEl1);
    while (stop.timed_out) stop = rig().Resume();
    if (stop.exit.syndrome.IsHvc(kDone)) return true;
    EXPECT_EQ(stop.exit.syndrome.exception_class(), hal::ExceptionClass::kSimdFp);
    EXPECT_EQ(rig().guest().frame().pc, kGuestBase + kCode);
    return false;
  }
  bool IsOpened() const { return open().Has(hal::Capability::kFp); }
};
INSTANTIATE_TEST_SUITE_P(HostsAndGuests, VectorRegisters, kHostsAndGuests);

TEST_P(VectorRegisters, OfOneGuestAreUnseenByTheNext) {
  rig().NewGuest(1, open());
  for (unsigned i = 0; i < kDoubleWords; ++i) Values()[i] = 0x1111'0000'0000'0000 + i;
  ASSERT_EQ(Access(kLoad), IsOpened());
  rig().NewGuest(2, open());
  for (unsigned i = 0; i < kDoubleWords; ++i) Values()[i] = 0;
  ASSERT_EQ(Access(kStore), IsOpened());
  for (unsigned i = 0; i < kDoubleWords; ++i) {
    EXPECT_EQ(Values()[i], 0u) << "double word " << i << " of the vector registers";
  }
}

TEST_P(VectorRegisters, AreTheGuestsOwnOverRuns) {
  if (!IsOpened()) GTEST_SKIP() << "the guest has none";
  rig().NewGuest(1, open());
  for (unsigned i = 0; i < kDoubleWords; ++i) Values()[i] = 0x2222'0000'0000'0000 + i;
  ASSERT_TRUE(Access(kLoad));
  for (unsigned i = 0; i < kDoubleWords; ++i) Values()[i] = 0;
  ASSERT_TRUE(Access(kStore));
  for (unsigned i = 0; i < kDoubleWords; ++i) EXPECT_EQ(Values()[i], 0x2222'0000'0000'0000 + i);
}

}  // namespace
}  // namespace trivet::tests::vector_registers_functest
