// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::platforms::hosted {

/// Restores the writable half as it was loaded, relocates pointers and clears .bss. Runs before any
/// other C++ code, at each start; follows no stored pointer. False, and nothing changed, if the
/// image ran at another address since it was loaded.
bool PrepareImage();

/// Runs the constructors of objects with static storage. After PrepareImage().
void RunConstructors();

}  // namespace trivet::platforms::hosted
