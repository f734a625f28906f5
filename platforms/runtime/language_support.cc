// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <string_view>

#include "platforms/runtime/power.h"
#include "platforms/runtime/raw_console.h"

// Functions that the compiler and the freestanding half of libstdc++ need. Each ends the image,
// which has no exceptions.
namespace trivet::platforms {
namespace {

constexpr int kStatusAbort = 134;

[[noreturn]] void Die(std::string_view what) {
  RawConsoleWrite("\nplatforms/runtime: ");
  RawConsoleWrite(what);
  RawConsoleWrite("\n");
  PowerOff(kStatusAbort);
}

}  // namespace
}  // namespace trivet::platforms

extern "C" {

[[noreturn]] void abort() { trivet::platforms::Die("abort() was called"); }
[[noreturn]] void __cxa_pure_virtual() {
  trivet::platforms::Die("a pure virtual function was called");
}

// std::terminate: called when an exception leaves a noexcept function. Only unoptimized code keeps
// the call.
[[noreturn]] void TrivetTerminate() asm("_ZSt9terminatev");
void TrivetTerminate() { trivet::platforms::Die("std::terminate() was called"); }

// std::__glibcxx_assert_fail, by its symbol: its declaration differs between versions of libstdc++.
[[noreturn]] void TrivetLibraryAssertFailed(
    const char* file, int line, const char* function,
    const char* condition) asm("_ZSt21__glibcxx_assert_failPKciS0_S0_");
void TrivetLibraryAssertFailed(const char* file, int, const char*, const char* condition) {
  using trivet::platforms::RawConsoleWrite;
  RawConsoleWrite("\n");
  RawConsoleWrite(file != nullptr ? file : "libstdc++");
  trivet::platforms::Die(condition != nullptr ? condition : "a libstdc++ assertion failed");
}

}  // extern "C"
