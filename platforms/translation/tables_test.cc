// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/translation/tables.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

namespace trivet::platforms::translation {
namespace {

/// What a walk finds for an address, by the rules of its regime. [arm-arm] D8.3, D8.4.
struct Found {
  std::uint64_t physical = 0;
  bool normal = false;
  bool writable = false;
  bool executable = false;
  bool el0 = false;
};

bool Bit(std::uint64_t value, unsigned n) { return (value >> n & 1) != 0; }

Found Leaf(Regime regime, std::uint64_t entry, std::uint64_t above, std::uint64_t address,
           unsigned shift) {
  EXPECT_TRUE(Bit(entry, 10)) << "an access flag is clear";
  const std::uint64_t within = (std::uint64_t{1} << shift) - 1;
  Found found = {.physical = (entry & 0xffff'ffff'f000 & ~within) | (address & within),
                 .normal = (entry >> 2 & 7) == 1,
                 .writable = !Bit(entry, 7)};
  if (found.normal) EXPECT_EQ(entry >> 8 & 3, 3u) << "not inner shareable";
  if (regime == Regime::kEl2) {
    EXPECT_TRUE(Bit(entry, 6)) << "AP[1] is RES1";
    EXPECT_FALSE(Bit(entry, 53) || Bit(above, 59) || Bit(above, 61)) << "RES0";
    found.executable = !Bit(entry, 54) && !Bit(above, 60);
  } else {
    found.el0 = (Bit(entry, 6) && !Bit(above, 61)) || !(Bit(entry, 54) || Bit(above, 60));
    found.executable = !Bit(entry, 53) && !Bit(above, 59);
  }
  return found;
}

class Tables : public ::testing::TestWithParam<Regime> {
 protected:
  static constexpr std::size_t kTables = TablesNeeded(48, 16 << 20);

  bool BuildFor(unsigned physical_bits, std::vector<Pages> image, std::size_t tables = kTables,
                std::vector<Ram> ram = {}) {
    // What is there before Build() is not zero.
    for (Table& table : std::span(memory_.get(), kTables)) {
      for (std::uint64_t& entry : table.entries) entry = ~std::uint64_t{0};
    }
    return Build({memory_.get(), tables}, physical_bits, image, ram);
  }

  std::optional<Found> Walk(std::uint64_t address) const {
    const Table* table = &memory_[RootOf(GetParam())];
    std::uint64_t above = 0;
    for (unsigned shift = 39;; shift -= 9) {
      const std::uint64_t entry = table->entries[address >> shift & 511];
      if (!Bit(entry, 0)) return {};
      const bool leaf = shift == 12 || !Bit(entry, 1);
      if (leaf) return Leaf(GetParam(), entry, above, address, shift);
      above |= entry;
      table = reinterpret_cast<const Table*>(entry & 0xffff'ffff'f000);
      EXPECT_TRUE(table >= &memory_[2] && table < &memory_[kTables]);
    }
  }

  void ExpectDevice(std::uint64_t address) const {
    const auto found = Walk(address);
    ASSERT_TRUE(found.has_value()) << std::hex << address;
    EXPECT_EQ(found->physical, address);
    EXPECT_TRUE(!found->normal && found->writable && !found->executable && !found->el0)
        << std::hex << address;
  }

  void ExpectPages(const Pages& pages) const {
    for (std::uint64_t address = pages.start; address < pages.end; address += kPageSize) {
      const auto found = Walk(address + 8);
      ASSERT_EQ(found.has_value(), pages.access != Access::kNone) << std::hex << address;
      if (!found) continue;
      EXPECT_EQ(found->physical, address + 8 + pages.offset);
      EXPECT_TRUE(found->normal && !found->el0);
      EXPECT_EQ(found->writable, pages.access == Access::kReadWrite);
      EXPECT_EQ(found->executable, pages.access == Access::kReadExecute);
    }
  }

 private:
  std::unique_ptr<Table[]> memory_ = std::make_unique<Table[]>(kTables);
};

/// An image of every kind of page, with a guard and an alias.
std::vector<Pages> ImageAt(std::uint64_t start) {
  const auto at = [=](std::uint64_t page) { return start + page * kPageSize; };
  return {{at(0), at(1), Access::kRead},
          {at(1), at(100), Access::kReadExecute},
          {at(100), at(140), Access::kRead},
          {at(140), at(600), Access::kReadWrite},
          {at(600), at(601), Access::kNone},
          {at(601), at(1200), Access::kReadWrite},
          {at(1200), at(1202), Access::kReadExecute, 0 - 4 * kPageSize}};
}

// Around 2 MiB, 1 GiB and 512 GiB, each of which an image may straddle; RAM that begins at 1 TiB.
constexpr std::uint64_t kPlaces[] = {
    0x0, 0x4008'0000, 0x4200'3000, 0x3fff'f000, 0x7f'ffff'b000, 0x100'0020'0000, 0xffff'f000'0000};

TEST_P(Tables, GiveEachPageOfTheImageItsAccessAndNoneTwoOfThem) {
  for (const std::uint64_t place : kPlaces) {
    ASSERT_TRUE(BuildFor(48, ImageAt(place)));
    for (const Pages& pages : ImageAt(place)) ExpectPages(pages);
  }
}

TEST_P(Tables, MapTheRestOfThePhysicalAddressesAsDevicesThatNobodyExecutes) {
  for (const std::uint64_t place : kPlaces) {
    ASSERT_TRUE(BuildFor(48, ImageAt(place)));
    const std::uint64_t end = place + 1202 * kPageSize;
    if (place != 0) ExpectDevice(place - kPageSize);
    if (end < std::uint64_t{1} << 48) ExpectDevice(end);
    for (std::uint64_t address = 0x3000; address < std::uint64_t{1} << 48;
         address += 0x1f'4000'0000) {
      if (address < place || address >= end) ExpectDevice(address);
    }
  }
}

TEST_P(Tables, EndWhereTheCpusPhysicalAddressesEnd) {
  for (const unsigned bits : {32u, 36u, 40u, 42u, 44u, 48u}) {
    ASSERT_TRUE(BuildFor(bits, ImageAt(0x4000'0000)));
    const std::uint64_t end = std::uint64_t{1} << bits;
    ExpectDevice(end - kPageSize);
    if (bits < kAddressBits) EXPECT_FALSE(Walk(end).has_value()) << bits;
  }
}

TEST_P(Tables, LetALaterEntryWin) {
  const Pages all = {0x4000'0000, 0x4001'0000, Access::kReadWrite};
  const Pages guard = {0x4000'1000, 0x4000'2000, Access::kNone};
  ASSERT_TRUE(BuildFor(48, {all, guard}));
  ExpectPages(guard);
  EXPECT_TRUE(Walk(0x4000'0000).has_value() && Walk(0x4000'2000).has_value());
}

// Ranges that begin and end inside a block of each size, of which the first has the image.
TEST_P(Tables, MapRamAroundTheImageAndElsewhere) {
  const std::vector<Ram> ram = {{0x4000'0000, 0x8123'4000},
                                {0x7f'c01f'f000, 0x80'4020'1000},
                                {0x300'0000'0000, 0x300'4000'0000}};
  const std::uint64_t image = 0x4200'3000, image_end = image + 1202 * kPageSize;
  ASSERT_TRUE(BuildFor(48, ImageAt(image), kTables, ram));
  for (const Pages& pages : ImageAt(image)) ExpectPages(pages);
  for (const Ram& range : ram) {
    ExpectDevice(range.start - kPageSize);
    ExpectDevice(range.end);
    for (const std::uint64_t edge : {range.start, range.start + 0x20'0000, image_end,
                                     range.end - 0x20'0000, range.end - kPageSize}) {
      const bool inside = edge >= range.start && edge < range.end;
      if (inside) ExpectPages({edge, edge + kPageSize, Access::kReadWrite});
    }
  }
  ExpectPages({image - kPageSize, image, Access::kReadWrite});
  EXPECT_FALSE(BuildFor(40, ImageAt(image), kTables, ram)) << "the last one is outside";
}

TEST_P(Tables, HaveRoomForAsMuchRamAsTheySay) {
  constexpr std::uint64_t kSize = 1202 * kPageSize;
  std::vector<Ram> ram;
  for (std::uint64_t i = 1; i <= kMostRam; ++i) {
    ram.push_back({(i << 40) - 0x3000, (i << 40) + 0x4020'1000});
  }
  EXPECT_TRUE(BuildFor(48, ImageAt(0x7f'ffff'b000), TablesNeeded(48, kSize), ram));
}

TEST_P(Tables, AreRefusedWhereTheyCannotBe) {
  EXPECT_FALSE(BuildFor(36, ImageAt(0x10'0000'0000)));
  EXPECT_FALSE(BuildFor(48, {}));
  EXPECT_FALSE(BuildFor(48, ImageAt(0x4000'0000), 1));
  EXPECT_FALSE(BuildFor(48, ImageAt(0x4000'0000), 100));
}

TEST_P(Tables, NeedNoMoreMemoryThanTheySay) {
  constexpr std::uint64_t kSize = 1202 * kPageSize;
  for (const std::uint64_t place : kPlaces) {
    EXPECT_TRUE(BuildFor(48, ImageAt(place), TablesNeeded(48, kSize))) << std::hex << place;
  }
}

INSTANTIATE_TEST_SUITE_P(Regimes, Tables, ::testing::Values(Regime::kEl2, Regime::kEl2And0));

}  // namespace
}  // namespace trivet::platforms::translation
