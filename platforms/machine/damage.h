// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace trivet::platforms {

/// How many damaged inputs a test tries: FUZZ_ROUNDS, or so many where that is not set.
inline unsigned long FuzzRounds(unsigned long otherwise) {
  const char* const rounds = std::getenv("FUZZ_ROUNDS");
  return rounds != nullptr ? std::stoul(rounds) : otherwise;
}

/// Damages data that consists of `Unit`s, each as Convert() has it there.
template <class Unit, Unit (*kConvert)(Unit number)>
class Damage {
 public:
  /// `header`: so many units have a meaning of their own, and are left when the rest is cut off.
  Damage(unsigned seed, std::size_t header) : random_(seed), header_(header) {}

  std::vector<Unit> operator()(std::vector<Unit> units) {
    for (unsigned i = Below(4) + 1; i != 0; --i) One(units);
    return units;
  }

  std::uint32_t Below(std::size_t end) {
    return static_cast<std::uint32_t>(random_() % std::max<std::size_t>(end, 1));
  }

 private:
  /// A number with a meaning, or a random one.
  Unit Interesting() {
    static constexpr std::uint32_t kNumbers[] = {
        0, 1, 2, 3, 4, 5, 9, 16, 17, 36, 40, 76, 0x7fff'ffff, 0x8000'0000, 0xffff'fffc, 0xffff'ffff,
    };
    const std::uint32_t i = Below(std::size(kNumbers) + 2);
    return i < std::size(kNumbers) ? kConvert(static_cast<Unit>(kNumbers[i]))
                                   : static_cast<Unit>(random_());
  }

  void One(std::vector<Unit>& units) {
    if (units.empty()) return;
    switch (Below(6)) {
      case 0: units[Below(units.size())] = Interesting(); break;
      case 1: units[Below(units.size())] ^= static_cast<Unit>(1u << Below(8 * sizeof(Unit))); break;
      case 2: units[Below(std::min(header_, units.size()))] = Interesting(); break;
      case 3: units.resize(std::min(header_, units.size()) + Below(units.size())); break;
      case 4: units[Below(units.size())] = units[Below(units.size())]; break;
      case 5: {  // a part over another
        const std::uint32_t from = Below(units.size()), to = Below(units.size());
        const std::size_t size = Below(units.size() - std::max(from, to));
        std::memmove(units.data() + to, units.data() + from, size * sizeof(Unit));
        break;
      }
    }
  }

  std::mt19937 random_;
  std::size_t header_;
};

}  // namespace trivet::platforms
