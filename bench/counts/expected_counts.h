// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

/// The checked-in table of what everything costs, in instructions: bench/expected_counts.txt.
namespace trivet::bench {

/// The CPU models whose counts are in the table, as QEMU names them.
inline constexpr const char* kCpuModels[] = {"max",        "cortex-a53",  "cortex-a72",
                                             "cortex-a76", "neoverse-n1", "neoverse-v1"};

/// By benchmark: the count, or "-" where the CPU lacks what the benchmark needs.
using Counts = std::map<std::string, std::string>;

/// Boots the image with `command` (the runner's, up to its options) on one CPU model and counts;
/// empty: on the CPU that the machine has. The error is for a person.
std::expected<Counts, std::string> CountOn(const std::vector<std::string>& command,
                                           const std::string& cpu_model);

/// ISBs, MSRs and TLBIs by benchmark, as "isb/msr/tlbi": what the simulator's target, the program
/// `simulator`, says it traced. The error is for a person.
std::expected<Counts, std::string> EventsOf(const std::string& simulator);

/// The line that names what compiled the image: other compilers count otherwise.
std::string CompilerLine(const std::string& compiler);

/// The table: a line per benchmark, or, where CPU models differ, per count, with the models; then a
/// line per benchmark with its events.
std::string RenderCounts(const std::string& compiler,
                         const std::map<std::string, Counts>& by_cpu_model, const Counts& events);

/// The lines that only one of two texts has, with - or + in front; empty when there are none.
std::string Difference(const std::string& expected, const std::string& actual);

}  // namespace trivet::bench
