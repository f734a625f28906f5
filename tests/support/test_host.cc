// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/test_host.h"

#include "hal/cpu.h"
#include "tests/support/machine.h"

namespace trivet::tests {
namespace {

TestHost::Counts counts[kMaxCpus];

void OnIrq(vectors::CpuSlot& slot) {
  TestHost::Here().last_slot = &slot;
  if (AcknowledgeIrq()) ++TestHost::Here().irqs;
}

void OnFiq(vectors::CpuSlot& slot) {
  TestHost::Here().last_slot = &slot;
  if (AcknowledgeFiq()) ++TestHost::Here().fiqs;
}

void OnSError(vectors::CpuSlot& slot) {
  TestHost::Here().last_slot = &slot;
  ++TestHost::Here().serrors;
}

void OnFatal(vectors::CpuSlot&) {}

}  // namespace

TestHost::Counts& TestHost::Here() { return counts[IndexOf(hal::Cpu::CurrentCpu())]; }

vectors::Handlers TestHost::HandlersFor(CpuId) {
  return {.irq = &OnIrq, .fiq = &OnFiq, .serror = &OnSError, .fatal = &OnFatal};
}

std::uint64_t TestHost::PhysicalAddressOf(const void* address) {
  return tests::PhysicalAddressOf(address);
}

vectors::ChainPlace PassThroughTestHost::ChainPlaceFor(CpuId cpu) { return ChainPlaceOf(cpu); }

std::uint64_t PassThroughTestHost::PhysicalAddressOf(const void* address) {
  return tests::PhysicalAddressOf(address);
}

vectors::Handlers ForgetfulHost::HandlersFor(CpuId cpu) {
  vectors::Handlers handlers = TestHost::HandlersFor(cpu);
  handlers.fiq = nullptr;
  return handlers;
}

}  // namespace trivet::tests
