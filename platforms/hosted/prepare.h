#pragma once

namespace trivet::platforms::hosted {

/// Makes the image what its file was, where it is now: the writable half as loaded, pointers
/// relocated, .bss clear. Before any other C++ code, at each start; follows no stored pointer.
/// False, nothing changed: it ran at another address since it was loaded.
bool PrepareImage();

/// Runs the constructors of objects with static storage. After PrepareImage().
void RunConstructors();

}  // namespace trivet::platforms::hosted
