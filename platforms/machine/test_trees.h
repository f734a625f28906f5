// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace trivet::platforms {

/// Every device tree in the test's data, by file name without ".dtb": of the boards and of QEMU's
/// machines. Words as they lie in the file; a last one that is not whole is filled with zeros.
const std::map<std::string, std::vector<std::uint32_t>>& TestTrees();

}  // namespace trivet::platforms
