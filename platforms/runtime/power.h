#pragma once

namespace trivet::platforms {

/// Ends the machine; the runner sees `status` (0 to 255). Any CPU, any mask state. Does not return:
/// where nobody serves the request the CPU waits for ever.
[[noreturn]] void PowerOff(int status);

}  // namespace trivet::platforms
