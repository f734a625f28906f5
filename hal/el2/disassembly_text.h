// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <map>
#include <string>
#include <vector>

namespace trivet::hal {

/// The instructions of one function, in order, 4 bytes each: "mrs x0, VBAR_EL2". A branch ends in
/// its target, "<Function+0x10>".
using Code = std::vector<std::string>;

/// What a disassembly() target wrote, by function. Empty when the file cannot be read.
std::map<std::string, Code> ReadFunctions(const std::string& path);

}  // namespace trivet::hal
