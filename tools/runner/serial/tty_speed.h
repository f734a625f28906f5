// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::runner {

/// Sets both directions of the terminal device `file` to `baud` bits per second: any number that
/// the driver takes on Linux, elsewhere those that POSIX names. False: errno says why; EINVAL when
/// the device came no closer than 3 %.
bool SetSpeed(int file, int baud);

/// The speed that the device now has, in bits per second; 0: unknown.
int GetSpeed(int file);

}  // namespace trivet::runner
