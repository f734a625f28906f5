#pragma once

#include <cstdint>

namespace trivet::platforms {

/// Finds out what ThisMachine() is: the first call of the boot CPU, any EL. `loader_argument` is
/// x0 as the image's loader left it: a device tree's address, or anything else.
void DescribeThisMachine(std::uint64_t loader_argument);

/// What was given to DescribeThisMachine().
std::uint64_t LoaderArgument();

/// Prepares the CPU that calls for an image's code: early vectors in VBAR_EL2, DAIF masked, and all
/// else as NormalizeEl2State() leaves it. The entry code has turned its translation on. Powers off
/// with status 102 when the CPU is not at EL2.
void PrepareThisCpu();

/// Marks the CPU that calls as running; done once, by the boot CPU.
void RegisterBootCpu();

}  // namespace trivet::platforms
