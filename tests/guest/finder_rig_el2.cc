// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <atomic>

#include "hal/cpu.h"
#include "platforms/runtime/cpus.h"
#include "tests/guest/finder_rig.h"
#include "tests/support/machine.h"

extern "C" {
void trivet_test_on_stack(std::uint64_t top, void (*function)(void*), void* argument);
void trivet_test_serror(std::uint64_t slot);
void trivet_test_crash(std::uint64_t* sp, std::uint64_t at);
void trivet_test_leave_crash(std::uint64_t sp);
}

namespace trivet::tests {
namespace {

constexpr std::uint64_t kSErrorSlot = 0x380;

struct CallOnCpu {
  void (*function)(void*) = nullptr;  ///< Null: ends the loop.
  void* argument = nullptr;
};
CallOnCpu call;
std::atomic<unsigned> called, returned;

void ServeCalls(unsigned, void* kind) {
  {
    const Machine machine(*static_cast<const percpu::HostKind*>(kind));
    for (unsigned n = 1;; ++n) {
      while (called < n) {
      }
      if (call.function == nullptr) break;
      RunOnStackOf(1, call.function, call.argument);
      returned = n;
    }
  }
  ++returned;
}

std::uint64_t crash_sp[kMaxCpus];
std::uint64_t& CrashSp() { return crash_sp[IndexOf(hal::Cpu::CurrentCpu())]; }

}  // namespace

void RunOnStackOf(unsigned cpu, void (*function)(void*), void* argument) {
  trivet_test_on_stack(Area::Of(cpu) + Area::kTop, function, argument);
}

OtherCpu::OtherCpu(percpu::HostKind kind) : kind_(kind) {
  called = returned = 0;
  while (platforms::StartCpu(1, &ServeCalls, &kind_) == Status::kInvalidArgument) {
  }
}
OtherCpu::~OtherCpu() { Run(nullptr, nullptr); }

void OtherCpu::Run(void (*function)(void*), void* argument) {
  call = {function, argument};
  ++called;
  while (returned != called) {
  }
}

void TakeSError() { trivet_test_serror(hal::Cpu::Read<hal::VbarEl2>().raw() + kSErrorSlot); }
void TakeCrash() { trivet_test_crash(&CrashSp(), Area::EndOf(vectors::StackPointer())); }
void LeaveCrash(vectors::CpuSlot& slot) {
  TestHost::Here().last_slot = &slot;
  trivet_test_leave_crash(CrashSp());
}

}  // namespace trivet::tests
