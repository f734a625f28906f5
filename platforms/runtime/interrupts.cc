#include "platforms/runtime/interrupts.h"

#include "platforms/board.h"
#include "platforms/runtime/cpus.h"

namespace trivet::platforms {
namespace {

// [arm-arm] HCR_EL2.FMO, IMO, AMO.
constexpr std::uint64_t kRouteToEl2 = 7u << 3;

}  // namespace

void InterruptsInitThisCpu() {
  std::uint64_t hcr;
  asm volatile("mrs %0, HCR_EL2" : "=r"(hcr));
  asm volatile("msr HCR_EL2, %0\n isb" ::"r"(hcr | kRouteToEl2) : "memory");
  board::kInterruptController.InitThisCpu();
}

void EnableInterrupt(unsigned intid) { board::kInterruptController.Enable(intid); }
void DisableInterrupt(unsigned intid) { board::kInterruptController.Disable(intid); }

std::uint32_t AcknowledgeInterrupt() { return board::kInterruptController.Acknowledge(); }
void EndInterrupt(std::uint32_t intid) { board::kInterruptController.End(intid); }

void SendSelfInterrupt(unsigned sgi) { SendInterrupt(ThisCpuIndex(), sgi); }
void SendInterrupt(unsigned cpu, unsigned sgi) {
  board::kInterruptController.SendSgi(board::kCpus[cpu], sgi);
}

}  // namespace trivet::platforms
