// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

#include "lab/board/trace/compiler.h"

namespace trivet::lab::board::trace {

/// Why `target` may differ from the prediction of `line` in `fields`: of the first line of
/// ../deviations.def, for whether a register is there, or trace_deviations.def that fits. "":
/// nothing explains it.
std::string_view ReasonOf(const CompiledLine& line, const Outcome& target, std::string_view fields,
                          bool on_qemu);

}  // namespace trivet::lab::board::trace
