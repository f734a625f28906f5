// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <span>

namespace trivet::lab::board::trace {

/// Runs the trace in `payload` on this CPU and prints the lines of trace_words.h. EL2, DAIF masked.
/// Returns the image's status.
int RunTrace(std::span<const unsigned char> payload);

}  // namespace trivet::lab::board::trace
