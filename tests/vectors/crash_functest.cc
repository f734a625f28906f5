// SPDX-License-Identifier: Apache-2.0 OR MIT
// A synchronous exception of EL2 itself fills the crash record and calls the fatal handler on the
// emergency stack, once. CPUs 1 and 2 crash, CPU 0 checks. EL2 only: the simulator has no stack.

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"
#include "tests/support/test_host.h"
#include "vectors/syndrome.h"

/// probes.S: known values in registers, stack pointers that point nowhere, then BRK at the label.
extern "C" [[noreturn]] void trivet_test_crash_sp0();
extern "C" [[noreturn]] void trivet_test_crash_spx();
extern "C" const char trivet_test_crash_sp0_brk[], trivet_test_crash_spx_brk[];

namespace trivet::tests {
namespace {

/// A crash by SPSel, on a CPU of its own.
struct Crash {
  void (*crash)();
  const char* brk;
  std::uint64_t vector, spsr, immediate;
};
constexpr Crash kCrashes[] = {
    {&trivet_test_crash_sp0, trivet_test_crash_sp0_brk, 0x000, 0x600003c8, 0x77},
    {&trivet_test_crash_spx, trivet_test_crash_spx_brk, 0x200, 0x600003c9, 0x78},
};

std::atomic<std::uint64_t> fatal_stack[std::size(kCrashes)];

/// Needs only the emergency stack; crashes again.
template <unsigned kCrash>
void CrashAgain(vectors::CpuSlot&) {
  fatal_stack[kCrash] = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  trivet_test_crash_spx();
}

template <unsigned kCrash>
struct CrashingHost {
  static vectors::Handlers HandlersFor(CpuId cpu) {
    vectors::Handlers handlers = TestHost::HandlersFor(cpu);
    handlers.fatal = &CrashAgain<kCrash>;
    return handlers;
  }
};

constinit percpu::PerCpu<CrashingHost<0>> sp0;
constinit percpu::PerCpu<CrashingHost<1>> spx;
std::atomic<Status> enabled[std::size(kCrashes)] = {Status::kNotCreated, Status::kNotCreated};

template <class Victim>
void CrashOnThisCpu(Victim& victim, unsigned n) {
  (void)victim.Create(hal::Cpu::CurrentCpu());
  const Status status = victim.HardwareEnable();
  enabled[n].store(status);
  if (status == Status::kOk) kCrashes[n].crash();
}
void CrashWithSp0(unsigned, void*) { CrashOnThisCpu(sp0, 0); }
void CrashWithSpx(unsigned, void*) { CrashOnThisCpu(spx, 1); }

/// The second crash parks the CPU right after it is counted.
bool WaitForTheSecondCrash(const void* victim) {
  const auto& crashes = *reinterpret_cast<const volatile std::uint64_t*>(
      static_cast<const char*>(victim) + offsetof(vectors::CpuSlot, crashes));
  for (unsigned spins = 0; spins < 100'000'000; ++spins) {
    if (crashes == 2) return true;
  }
  return false;
}

/// Every field has a value of its own.
void ExpectRecorded(const vectors::CrashRecord& record, const Crash& crash) {
  for (unsigned n = 0; n < 31; ++n) {
    EXPECT_EQ(record.x[n], 0x1000u + n) << "x" << n;
  }
  EXPECT_EQ(record.sp, 0xdead0000u) << "SP_EL2, whichever was selected";
  EXPECT_EQ(record.elr, reinterpret_cast<std::uint64_t>(crash.brk));
  EXPECT_EQ(record.spsr, crash.spsr);
  EXPECT_EQ(record.far, 0xfa0000u);
  EXPECT_EQ(record.hpfar, 0x4bf0u);
  EXPECT_EQ(record.vector, crash.vector);
  const vectors::Syndrome syndrome = vectors::Syndrome::FromRaw(record.esr);
  EXPECT_EQ(syndrome.exception_class(), hal::ExceptionClass::kBrk64);
  EXPECT_EQ(syndrome.immediate(), crash.immediate);
}

template <class Victim>
void ExpectACrash(Victim& victim, unsigned n, platforms::CpuEntry entry) {
  ASSERT_EQ(platforms::StartCpu(n + 1, entry, nullptr), Status::kOk);
  ASSERT_TRUE(WaitForTheSecondCrash(&victim));
  ASSERT_EQ(enabled[n].load(), Status::kOk);
  ExpectRecorded(victim.crash(), kCrashes[n]);
  const auto page = reinterpret_cast<std::uint64_t>(&victim);
  EXPECT_GT(fatal_stack[n].load(), page + sizeof(percpu::PerCpuState));
  EXPECT_LE(fatal_stack[n].load(), page + vectors::kCpuPageSize);
}

TEST(Crash, IsRecordedOnceAndReportedOnTheEmergencyStack) {
  ExpectACrash(sp0, 0, &CrashWithSp0);
  ExpectACrash(spx, 1, &CrashWithSpx);
}

}  // namespace
}  // namespace trivet::tests
