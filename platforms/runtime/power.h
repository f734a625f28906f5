// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::platforms {

/// Ends the run with `status` (0 to 255): the console's last line is "TRIVET-IMAGE: STATUS n", and
/// other CPUs write nothing afterwards. Then the machine stops by semihosting, if it exists; else
/// it resets, by PSCI or its watchdog, into its boot loader for the next run; else the CPU waits
/// for ever. Any CPU, any mask state, EL2 or EL1. Does not return.
[[noreturn]] void PowerOff(int status);

}  // namespace trivet::platforms
