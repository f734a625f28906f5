// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <stdexcept>
#include <string>

namespace trivet::sim {

/// Thrown when simulated software does what the architecture forbids, relies on what it leaves
/// open, or reaches what the simulator does not model. what() names register, bits, EL and rule.
class Violation : public std::logic_error {
 public:
  explicit Violation(const std::string& what) : std::logic_error(what) {}
};

/// Thrown by the access that Pe::FailAccess() chose. The access itself had no effect.
class InjectedFault : public std::runtime_error {
 public:
  explicit InjectedFault(const std::string& what) : std::runtime_error(what) {}
};

}  // namespace trivet::sim
