// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// Memory for code that is written at run time. A page is writable or executable, never both, so
/// that such code has two addresses: the object's own, where it is written, and its alias, where it
/// is executed. After a write it needs the usual maintenance: DC CVAU of the object's address, IC
/// IVAU of the alias, barriers. [arm-arm] B2.7, "synchronization and coherency issues".
namespace trivet::platforms {

/// Puts a definition at namespace scope, without an initializer, into such memory. Not cleared at
/// start.
#define TRIVET_WRITTEN_CODE [[gnu::section(".bss.trivet_written_code")]]

extern "C" const char __written_code_start[], __written_code_end[];

/// The address at which code written to `object` is executed. Any EL, any mask state.
inline std::uintptr_t ExecutableAlias(const void* object) {
  return reinterpret_cast<std::uintptr_t>(object) +
         static_cast<std::uintptr_t>(__written_code_end - __written_code_start);
}

}  // namespace trivet::platforms
