// SPDX-License-Identifier: Apache-2.0 OR MIT
// GuestMemory against a map of pages and against the simulator's own table walk.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>

#include "tests/guest/guest_memory_rig.h"

namespace trivet::tests {
namespace {

/// The reference: what each stretch between neighbouring points maps. No tables, no levels.
class Reference {
 public:
  static constexpr auto kPoints = std::to_array<std::uint64_t>(
      {0, kK4, kM2 - kK4, kM2, kM2 + 3 * kK4, 3 * kM2, kG1 - kM2, kG1 - kK4, kG1, kG1 + kM2,
       2 * kG1, 3 * kG1 - kK4, 3 * kG1, 3 * kG1 + kM2 + kK4, 4 * kG1});
  static constexpr std::size_t kStretches = kPoints.size() - 1;

  struct Stretch {
    std::uint64_t pa;
    Attributes attributes;
  };

  bool AnyMapped(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; ++i) {
      if (stretches_[i]) return true;
    }
    return false;
  }
  bool AllMapped(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; ++i) {
      if (!stretches_[i]) return false;
    }
    return true;
  }
  void Map(std::size_t from, std::size_t to, std::uint64_t pa, Attributes attributes) {
    for (std::size_t i = from; i < to; ++i) {
      stretches_[i] = {pa + kPoints[i] - kPoints[from], attributes};
    }
  }
  void Unmap(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) stretches_[i].reset();
  }
  void Protect(std::size_t from, std::size_t to, Permissions permissions) {
    for (std::size_t i = from; i < to; ++i) stretches_[i]->attributes.permissions = permissions;
  }
  const std::optional<Stretch>& at(std::size_t i) const { return stretches_[i]; }

 private:
  std::array<std::optional<Stretch>, kStretches> stretches_;
};

Permissions RandomPermissions(std::mt19937_64& random) {
  const std::uint64_t bits = random();
  return {.read = (bits & 1) != 0, .write = (bits & 2) != 0, .execute = (bits & 4) != 0};
}

class GuestMemoryModel : public GuestMemoryTest {
 protected:
  /// One call with random arguments, in the reference too.
  void Step(GuestMemory& memory, Reference& reference) {
    std::size_t from = random_() % Reference::kStretches;
    std::size_t to = 1 + random_() % Reference::kStretches;
    if (from > to) std::swap(from, to);
    if (from == to) return;
    const std::uint64_t ipa = Reference::kPoints[from];
    const std::uint64_t size = Reference::kPoints[to] - ipa;
    const std::size_t available = pool_.available();
    const Permissions permissions = RandomPermissions(random_);
    switch (random_() % 3) {
      case 0: {
        constexpr std::uint64_t kOffsets[] = {0, kK4, kM2, kG1, 8 * kG1 + 5 * kM2};
        const std::uint64_t pa = ipa + kOffsets[random_() % std::size(kOffsets)];
        const MemoryType type = random_() % 2 != 0 ? MemoryType::kNormal : MemoryType::kDevice;
        const bool any = reference.AnyMapped(from, to);
        const Status s = memory.Map(ipa, pa, size, {type, permissions});
        if (s == Status::kOk) reference.Map(from, to, pa, {type, permissions});
        EXPECT_EQ(s == Status::kAlreadyMapped || (any && s == Status::kOutOfTables), any);
        return ExpectUnchangedUnless(s, available);
      }
      case 1: {
        const Status s = memory.Unmap(cpu(), ipa, size);
        if (s == Status::kOk) reference.Unmap(from, to);
        if (s != Status::kOk) EXPECT_EQ(s, Status::kOutOfTables);
        return ExpectUnchangedUnless(s, available);
      }
      default: {
        const bool all = reference.AllMapped(from, to);
        const Status s = memory.Protect(cpu(), ipa, size, permissions);
        if (s == Status::kOk) reference.Protect(from, to, permissions);
        EXPECT_EQ(s == Status::kInvalidArgument, !all);
        return ExpectUnchangedUnless(s, available);
      }
    }
  }
  void ExpectUnchangedUnless(Status s, std::size_t available) {
    if (s != Status::kOk) EXPECT_EQ(pool_.available(), available);
  }

  void ExpectEqual(const GuestMemory& memory, const Reference& reference) {
    for (std::size_t i = 0; i < Reference::kStretches; ++i) {
      const std::uint64_t last = Reference::kPoints[i + 1] - 8;
      for (const std::uint64_t ipa : {Reference::kPoints[i], last}) {
        ExpectEqual(memory, ipa, reference.at(i), ipa - Reference::kPoints[i]);
      }
    }
  }
  void ExpectEqual(const GuestMemory& memory, std::uint64_t ipa,
                   const std::optional<Reference::Stretch>& stretch, std::uint64_t offset) {
    const std::optional<Mapping> walked = memory.Walk(ipa);
    ASSERT_EQ(walked.has_value(), stretch.has_value()) << std::hex << ipa;
    using enum sim::AccessKind;
    for (const sim::AccessKind access : {kRead, kWrite, kFetch}) {
      const Permissions may =
          stretch ? stretch->attributes.permissions : Permissions{false, false, false};
      const bool allowed = access == kRead ? may.read : access == kWrite ? may.write : may.execute;
      const std::optional<std::uint64_t> found = HardwareWalk(memory, ipa, access);
      ASSERT_EQ(found.has_value(), allowed) << std::hex << ipa;
      if (allowed) ASSERT_EQ(*found, stretch->pa + offset) << std::hex << ipa;
    }
    if (!stretch) return;
    ASSERT_EQ(walked->pa, stretch->pa + offset) << std::hex << ipa;
    ASSERT_EQ(walked->attributes, stretch->attributes) << std::hex << ipa;
  }

  std::mt19937_64 random_{20261129};
};

TEST_F(GuestMemoryModel, RandomCallsAgreeWithAMapOfPagesAndWithTheHardwaresWalk) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 40, 7), Status::kOk);
  const std::size_t empty = pool_.available();
  Reference reference;
  for (unsigned i = 0; i < 3000; ++i) {
    SCOPED_TRACE(i);
    Step(memory, reference);
    ExpectEqual(memory, reference);
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(memory.Unmap(cpu(), 0, std::uint64_t{1} << 40), Status::kOk);
  EXPECT_EQ(pool_.available(), empty);
  memory.Destroy();
  EXPECT_EQ(pool_.available(), std::size(tables.tables));
}

}  // namespace
}  // namespace trivet::tests
