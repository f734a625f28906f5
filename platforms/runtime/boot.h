// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::platforms {

/// Fills ThisMachine(): the boot CPU's first call, any EL. `loader_argument` is the loader's x0:
/// the address of a device tree, or anything else.
void DescribeThisMachine(std::uint64_t loader_argument);

/// Takes the CPUs that cannot be started off ThisMachine()'s list, with a line for each: once, on
/// the boot CPU, at EL2.
void FindCpus();

/// The argument of DescribeThisMachine().
std::uint64_t LoaderArgument();

/// Prepares this CPU for an image's code: early vectors in VBAR_EL2, DAIF masked, and the rest by
/// NormalizeEl2State(). The entry code has turned its translation on. Powers off
/// with status 102 when the CPU is not at EL2.
void PrepareThisCpu();

/// Whether every other CPU is off, or waits in the loader's code: none runs the image's.
bool OtherCpusAreOff();

/// Marks this CPU as running. Once, on the boot CPU.
void RegisterBootCpu();

}  // namespace trivet::platforms
