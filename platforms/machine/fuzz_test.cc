// SPDX-License-Identifier: Apache-2.0 OR MIT
// Damaged trees and tables: the readers must stay inside them and terminate. Runs under
// AddressSanitizer in CI; each tree is at the end of an allocation of just its size.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "platforms/acpi/table_builder.h"
#include "platforms/fdt/layout.h"
#include "platforms/fdt/walk.h"
#include "platforms/machine/damage.h"
#include "platforms/machine/describe.h"
#include "platforms/machine/dump.h"
#include "platforms/machine/test_trees.h"

namespace trivet::platforms {
namespace {

using DamageTree = Damage<std::uint32_t, fdt::FromBigEndian>;
using DamageTables = Damage<std::uint8_t, [](std::uint8_t byte) { return byte; }>;

/// Reads everything there is to read. Returns how many nodes there are.
unsigned ReadAll(const fdt::Tree& tree) {
  unsigned nodes = 0;
  fdt::Walk walk(tree);
  while (const fdt::Place* place = walk.Next()) {
    ++nodes;
    for (unsigned i = 0; i < 4; ++i) (void)place->Register(i);
    (void)place->IsEnabled();
    if (const auto all = place->node().Find("no such property")) ADD_FAILURE() << all->name();
  }
  (void)FindNamed(tree, "serial0:115200n8");
  (void)FindPath(tree, "/soc/serial@7e201000/inner");
  (void)BootArguments(tree);
  const Description machine = Describe(tree);
  EXPECT_LE(machine.cpus.all().size(), kMaxCpus);
  return nodes;
}

/// Without what QEMU leaves free behind its trees: most of 1 MiB.
std::vector<std::uint32_t> WithoutRoom(std::vector<std::uint32_t> words) {
  while (words.back() == 0) words.pop_back();
  words[fdt::kTotalSize] = fdt::FromBigEndian(static_cast<std::uint32_t>(words.size() * 4));
  return words;
}

TEST(Fuzz, DamagedTreesAreRefusedOrRead) {
  ASSERT_GE(TestTrees().size(), 5u);
  std::map<std::string, std::vector<std::uint32_t>> trees;
  double of_all = 0;
  for (const auto& [name, words] : TestTrees()) {
    of_all += 1.0 / static_cast<double>((trees[name] = WithoutRoom(words)).size());
  }
  const unsigned long rounds = FuzzRounds(100'000);
  unsigned long read = 0;
  unsigned long refused = 0;
  unsigned seed = 0;
  for (const auto& [name, whole] : trees) {
    SCOPED_TRACE(name);
    DamageTree damage(++seed, fdt::kHeaderWords);
    // As much time for each tree, so more rounds for a smaller one.
    const double share = 1.0 / static_cast<double>(whole.size()) / of_all;
    const auto own = 1 + static_cast<unsigned long>(static_cast<double>(rounds) * share);
    for (unsigned long round = 0; round < own; ++round) {
      const auto damaged = damage(whole);
      const std::unique_ptr<std::uint32_t[]> memory(new std::uint32_t[damaged.size()]);
      std::ranges::copy(damaged, memory.get());
      const auto tree = fdt::Tree::Check(std::span(memory.get(), damaged.size()));
      tree ? ++read : ++refused;
      if (tree) EXPECT_GT(ReadAll(*tree), 0u);
      const auto rest = fdt::Tree::Salvage(std::span(memory.get(), damaged.size()));
      if (!tree && rest) (void)ReadAll(*rest);
    }
  }
  // The damage is neither harmless nor fatal every time.
  EXPECT_GE(read + refused, rounds);
  EXPECT_GT(read, rounds / 50);
  EXPECT_GT(refused, rounds / 50);
}

// A machine of each kind, without root and XSDT: a table after another.
std::vector<std::vector<std::uint8_t>> TestTables() {
  std::vector<std::vector<std::uint8_t>> all;
  for (const acpi::Machine& machine :
       {acpi::Machine{}, acpi::Machine{.gicr_of_cpus = true}, acpi::Machine{.gic_version = 2}}) {
    std::array<std::uint8_t, 0x1000> room;
    acpi::TableBuilder builder(room);
    AddFadt(builder, machine);
    AddCpus(builder, machine, false);
    builder.Set(acpi::kGiccParkingVersion, 1).Set(acpi::kGiccParkedAddress, 0x4000'1000).End();
    AddTimers(builder, 2);
    AddConsole(builder, acpi::kSpcr16550);
    all.emplace_back(room.data(), room.data() + builder.size());
  }
  return all;
}

/// Gives each table in `dump` a checksum that is right, as far as their lengths are.
void SumAll(std::span<std::uint8_t> dump) {
  while (dump.size() >= acpi::kHeaderBytes) {
    const std::uint32_t length = acpi::Bytes(dump.data(), acpi::kHeaderBytes)[acpi::kLength];
    if (length < acpi::kHeaderBytes || length > dump.size()) return;
    acpi::Sum(dump.data(), length);
    dump = dump.subspan(length);
  }
}

TEST(Fuzz, DamagedTablesAreRefusedOrRead) {
  const auto machines = TestTables();
  const unsigned long rounds = FuzzRounds(100'000) / machines.size();
  unsigned long read = 0;
  unsigned long refused = 0;
  unsigned seed = 0;
  for (const auto& whole : machines) {
    DamageTables damage(++seed, acpi::kHeaderBytes);
    for (unsigned long round = 0; round < rounds; ++round) {
      auto damaged = damage(whole);
      if (damage.Below(8) != 0) SumAll(damaged);
      const std::string dump[] = {{damaged.begin(), damaged.end()}};
      const auto tables = TablesIn(dump);
      tables ? ++read : ++refused;
      const Description machine = Describe(tables ? *tables : tables.error().rest);
      EXPECT_LE(machine.cpus.all().size(), kMaxCpus);
    }
  }
  EXPECT_GT(read, rounds / 2);
  EXPECT_GT(refused, rounds / 2);
}

// The same where a root pointer leads: into memory that has no more.
TEST(Fuzz, DamagedRootsLeadNowhere) {
  std::array<std::uint8_t, 0x1000> room{};
  acpi::TableBuilder builder(room);
  const std::uint64_t root = BuildMachine(builder);
  const auto begin = reinterpret_cast<std::uintptr_t>(room.data());
  static std::vector<std::uint8_t>* memory;
  static std::uintptr_t start;
  start = begin;
  const acpi::Memory view{
      .map = [](const void*, std::uint64_t address, std::uint32_t size) -> const std::uint8_t* {
        const std::uint64_t at = address - start;
        return at > memory->size() || size > memory->size() - at ? nullptr : memory->data() + at;
      }};
  const std::vector<std::uint8_t> whole(room.data(), room.data() + builder.size());
  DamageTables damage(1, acpi::kHeaderBytes);
  unsigned long read = 0;
  for (unsigned long round = 0; round < FuzzRounds(100'000); ++round) {
    auto damaged = damage(whole);
    memory = &damaged;
    const auto tables = FindTables(root, view);
    read += tables.has_value();
    (void)Describe(tables ? *tables : tables.error().rest);
  }
  EXPECT_GT(read, 0u);
}

}  // namespace
}  // namespace trivet::platforms
