// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/guest/value_life.h"

/// Mistakes in what percpu, vcpu and vectors do to registers.
namespace trivet::tests {

enum class Mistake : std::uint8_t {
  kForgotten,    ///< Not done.
  kNeighbours,   ///< The value, or the register that is read, of the next access of its kind.
  kNever,        ///< The register is not written in the whole life.
  kAlias,        ///< The register that the name reaches with the other HCR_EL2.E2H.
  kOneVmid,      ///< TLBI VMALLS12E1 for ALLE1.
  kOtherRegime,  ///< TLBI ALLE2 for ALLE1.
};

struct Mutant {
  Mistake mistake;
  std::size_t event;  ///< kNever: the first write of the register.
};

/// Every mistake in events from `first` on.
std::vector<Mutant> MutantsOf(const std::vector<ValueEvent>& events, std::size_t first);

/// "disable: write of VBAR_EL1, forgotten"; from the second in a call on with a number.
std::string Describe(const std::vector<ValueEvent>& events, Mutant mutant);

/// Filters a life from the event `begin` on: makes one mistake.
class Injection {
 public:
  /// Thrown where the mistake changes nothing.
  struct NoChange {};

  Injection(const std::vector<ValueEvent>& events, std::size_t begin, Mutant mutant)
      : events_(events), mutant_(mutant), count_(begin) {}

  /// False: the access is dropped.
  bool operator()(sim::Pe& pe, sim::SoftwareAccess& access, const char* call);

  /// False when the life was as without the mistake.
  bool changed() const { return changed_; }

 private:
  bool Drop(bool changes);
  bool Make(sim::Pe& pe, sim::SoftwareAccess& access);
  bool Exchange(sim::Pe& pe, sim::SoftwareAccess& access);
  bool Rename(sim::Pe& pe, sim::SoftwareAccess& access);
  const ValueEvent& Neighbour() const;

  const std::vector<ValueEvent>& events_;
  const Mutant mutant_;
  std::size_t count_;
  bool changed_ = false;
};

}  // namespace trivet::tests
