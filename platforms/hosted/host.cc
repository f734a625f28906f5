// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/hosted/host.h"

#include <cstdint>
#include <string_view>

#include "hal/cpu.h"
#include "platforms/hosted/prepare.h"
#include "platforms/hosted/serial_console.h"
#include "platforms/hosted/start.h"

extern "C" [[noreturn]] void trivet_hosted_return(int status, void* frame);

namespace trivet::platforms::hosted {
namespace {

constexpr int kStatusNotAtEl2 = 102;
constexpr int kStatusAbort = 134;

constinit Host the_host;
constinit void (*undo_on_abort)() = nullptr;

bool IsAtEl2WithItsStack() {
  return hal::Cpu::Read<hal::CurrentEl>().el() == 2 && hal::Cpu::Read<hal::SpSel>().sp();
}

void WriteToFirmware(efi::TextOutput& console, std::string_view text) {
  constexpr std::size_t kPiece = 64;
  char16_t piece[kPiece + 2];  // A line's end, and the terminator.
  std::size_t size = 0;
  for (const char byte : text) {
    if (byte == '\n') piece[size++] = u'\r';
    piece[size++] = static_cast<unsigned char>(byte);
    if (size < kPiece) continue;
    piece[size] = 0;
    console.output_string(&console, piece);
    size = 0;
  }
  piece[size] = 0;
  console.output_string(&console, piece);
}

[[noreturn]] void Abort(std::string_view what) {
  if (undo_on_abort != nullptr) undo_on_abort();
  Write("\nplatforms/hosted: ");
  Write(what);
  Write("\n");
  Return(kStatusAbort);
}

}  // namespace

const Host& TheHost() { return the_host; }

int StartUnder(const Host& host) {
  the_host = host;
  if (!IsAtEl2WithItsStack()) {
    Write("platforms/hosted: the image was not entered at EL2 with SP_EL2\n");
    return kStatusNotAtEl2;
  }
  RunConstructors();
  return Main(the_host);
}

void Write(std::string_view text) {
  if (the_host.firmware == nullptr) return WriteToSerialConsole(text);
  WriteToFirmware(*the_host.firmware->console_out, text);
}

void OnAbort(void (*undo)()) { undo_on_abort = undo; }

void Return(int status) {
  if (the_host.firmware != nullptr) {
    the_host.firmware->boot_services->exit(the_host.image,
                                           status == 0 ? efi::kSuccess : efi::kAborted, 0, nullptr);
  }
  trivet_hosted_return(status, command_context.frame);
}

}  // namespace trivet::platforms::hosted

// What the compiler and libstdc++ expect. //platforms/runtime's versions would end the machine.
extern "C" {

[[noreturn]] void abort() { trivet::platforms::hosted::Abort("abort() was called"); }
[[noreturn]] void __cxa_pure_virtual() {
  trivet::platforms::hosted::Abort("a pure virtual function was called");
}

/// What the standard library calls where it would throw.
[[noreturn]] void TrivetTerminate() asm("_ZSt9terminatev");
void TrivetTerminate() { trivet::platforms::hosted::Abort("std::terminate() was called"); }

// std::__glibcxx_assert_fail, by its symbol: its declaration differs between versions of libstdc++.
[[noreturn]] void TrivetLibraryAssertFailed(
    const char* file, int line, const char* function,
    const char* condition) asm("_ZSt21__glibcxx_assert_failPKciS0_S0_");
void TrivetLibraryAssertFailed(const char*, int, const char*, const char* condition) {
  trivet::platforms::hosted::Abort(condition != nullptr ? condition
                                                        : "a libstdc++ assertion failed");
}

}  // extern "C"
