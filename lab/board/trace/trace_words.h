// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The lines that the image prints of a trace, in the form of words.h:
///
///     trace 1 COUNT                       begins: format; operations in the payload
///     outcome ID WHAT ESR ELR SPSR FAR HPFAR PSTATE X0
///                                         what ID means from here on
///     ran ID ID ...                       the outcomes of the next operations
///     ended COUNT                         ends: lines between
///     refused REASON...                   instead: why this machine cannot run traces
namespace trivet::lab::board::trace {

inline constexpr std::string_view kTraceWord = "trace", kOutcomeWord = "outcome", kRanWord = "ran",
                                  kEndedWord = "ended", kRefusedWord = "refused";
inline constexpr std::uint64_t kTraceFormat = 1;
inline constexpr std::size_t kOutcomeNumbers = 8;
inline constexpr std::size_t kRanMost = 32;

}  // namespace trivet::lab::board::trace
