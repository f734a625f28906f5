// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

namespace trivet::vectors {

/// Where a branch to `address` leaves the chain table that stands there, by its instructions;
/// nullopt when none does. Throws sim::Violation for an instruction that chain tables do not have.
std::optional<std::uint64_t> FollowChain(std::uint64_t address);

}  // namespace trivet::vectors
