// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <iosfwd>

namespace trivet::registers {

/// Writes every register as JSON: {"registers": [...]}; tools/registers/README.md describes the
/// members.
void WriteJson(std::ostream& out);

}  // namespace trivet::registers
