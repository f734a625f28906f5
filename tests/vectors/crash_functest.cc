// A synchronous exception of EL2 itself fills the crash record and calls the fatal handler on the
// emergency stack, once. CPU 1 crashes, CPU 0 checks. EL2 only: the simulator has no stack.

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"
#include "tests/support/test_host.h"
#include "vectors/syndrome.h"

/// crash.S: known values in registers, a stack pointer that points nowhere, then BRK #0x77 at
/// trivet_test_brk.
extern "C" [[noreturn]] void trivet_test_crash();
extern "C" const char trivet_test_brk[];

namespace trivet::tests {
namespace {

constexpr std::uint64_t kBadStack = 0xdead0000;

std::atomic<std::uint64_t> fatal_stack;

/// Needs only the emergency stack; crashes again.
void CrashAgain(vectors::CpuSlot&) {
  fatal_stack = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  trivet_test_crash();
}

struct CrashingHost {
  static vectors::Handlers HandlersFor(CpuId cpu) {
    vectors::Handlers handlers = TestHost::HandlersFor(cpu);
    handlers.fatal = &CrashAgain;
    return handlers;
  }
};

constinit percpu::PerCpu<CrashingHost> victim;
std::atomic<Status> enabled = Status::kNotCreated;

void CrashOnThisCpu(unsigned, void*) {
  (void)victim.Create(hal::Cpu::CurrentCpu());
  const Status status = victim.HardwareEnable();
  enabled.store(status);
  if (status == Status::kOk) trivet_test_crash();
}

/// The second crash parks the CPU right after it is counted.
bool WaitForTheSecondCrash() {
  const auto& crashes = *reinterpret_cast<const volatile std::uint64_t*>(
      reinterpret_cast<const char*>(&victim) + offsetof(vectors::CpuSlot, crashes));
  for (unsigned spins = 0; spins < 100'000'000; ++spins) {
    if (crashes == 2) return true;
  }
  return false;
}

TEST(Crash, IsRecordedOnceAndReportedOnTheEmergencyStack) {
  ASSERT_EQ(platforms::StartCpu(1, &CrashOnThisCpu, nullptr), Status::kOk);
  ASSERT_TRUE(WaitForTheSecondCrash());
  ASSERT_EQ(enabled.load(), Status::kOk);

  const vectors::CrashRecord& record = victim.crash();
  for (unsigned n = 0; n < 31; ++n) {
    EXPECT_EQ(record.x[n], 0x1000u + n) << "x" << n;
  }
  EXPECT_EQ(record.sp, kBadStack);
  EXPECT_EQ(record.elr, reinterpret_cast<std::uint64_t>(&trivet_test_brk));
  EXPECT_EQ(record.spsr & 0xf, 0x9u);  // EL2h
  EXPECT_EQ(record.vector, 0x200u);
  const vectors::Syndrome syndrome = vectors::Syndrome::FromRaw(record.esr);
  EXPECT_EQ(syndrome.exception_class(), hal::ExceptionClass::kBrk64);
  EXPECT_EQ(syndrome.immediate(), 0x77);

  const auto page = reinterpret_cast<std::uint64_t>(&victim);
  EXPECT_GT(fatal_stack.load(), page + sizeof(percpu::PerCpuState));
  EXPECT_LE(fatal_stack.load(), page + vectors::kCpuPageSize);
}

}  // namespace
}  // namespace trivet::tests
