#pragma once

namespace trivet::platforms {

/// Prepares the CPU that calls for C++ code at EL2: early vectors in VBAR_EL2, SCTLR_EL2 with the
/// MMU off and its RES1 bits set, DAIF masked, and all else as NormalizeEl2State() leaves it.
/// Powers off with status 102 when the CPU is not at EL2.
void PrepareThisCpu();

/// Marks the CPU that calls as running; done once, by the boot CPU.
void RegisterBootCpu();

}  // namespace trivet::platforms
