// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <iosfwd>

namespace trivet::registers {

/// Writes the reference page: a table of all registers, then a table of bits for each description.
void WriteMarkdown(std::ostream& out);

}  // namespace trivet::registers
