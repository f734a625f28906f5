// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::tests {

/// How many steps each random walk has: 12 walks a test.
extern const unsigned kWalkEvents;

}  // namespace trivet::tests
