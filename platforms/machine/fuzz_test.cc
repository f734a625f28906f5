// SPDX-License-Identifier: Apache-2.0 OR MIT
// Damaged trees: the reader must stay inside them and terminate. Runs under
// AddressSanitizer in CI; each tree is at the end of an allocation of just its size.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>

#include "platforms/fdt/layout.h"
#include "platforms/fdt/walk.h"
#include "platforms/machine/describe.h"
#include "platforms/machine/test_trees.h"

namespace trivet::platforms {
namespace {

constexpr int kRounds = 1000;  // for each tree

class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  std::vector<std::uint32_t> operator()(std::vector<std::uint32_t> words) {
    for (unsigned i = Below(4) + 1; i != 0; --i) One(words);
    return words;
  }

 private:
  std::uint32_t Below(std::size_t end) {
    return static_cast<std::uint32_t>(random_() % std::max<std::size_t>(end, 1));
  }

  /// A number with a meaning in trees, or a random one.
  std::uint32_t Interesting() {
    static constexpr std::uint32_t kNumbers[] = {
        0, 1, 2, 3, 4, 5, 9, 16, 17, 40, 0x7fff'ffff, 0x8000'0000, 0xffff'fffc, 0xffff'ffff,
    };
    const std::uint32_t i = Below(std::size(kNumbers) + 2);
    return i < std::size(kNumbers) ? fdt::FromBigEndian(kNumbers[i]) : random_();
  }

  void One(std::vector<std::uint32_t>& words) {
    if (words.empty()) return;
    switch (Below(6)) {
      case 0: words[Below(words.size())] = Interesting(); break;
      case 1: words[Below(words.size())] ^= 1u << Below(32); break;
      case 2: words[Below(fdt::kHeaderWords)] = Interesting(); break;
      case 3: words.resize(fdt::kHeaderWords + Below(words.size())); break;
      case 4: words[Below(words.size())] = words[Below(words.size())]; break;
      case 5: {  // a part over another
        const std::uint32_t from = Below(words.size()), to = Below(words.size());
        const std::size_t size = Below(words.size() - std::max(from, to));
        std::memmove(words.data() + to, words.data() + from, size * sizeof(words[0]));
        break;
      }
    }
  }

  std::mt19937 random_;
};

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

TEST(Fuzz, DamagedTreesAreRefusedOrRead) {
  ASSERT_GE(TestTrees().size(), 5u);
  unsigned read = 0;
  unsigned refused = 0;
  unsigned seed = 0;
  for (const auto& [name, words] : TestTrees()) {
    SCOPED_TRACE(name);
    Damage damage(++seed);
    for (int round = 0; round < kRounds; ++round) {
      const auto damaged = damage(words);
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
  EXPECT_GT(read, 500u);
  EXPECT_GT(refused, 500u);
}

}  // namespace
}  // namespace trivet::platforms
