// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host.h"

#include "platforms/runtime/console.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/power.h"

extern "C" const char embedder_guest[];

namespace embedder {
namespace {

namespace platforms = trivet::platforms;
using trivet::vectors::CpuSlot;

constexpr unsigned kDoorbell = 3;  // an SGI
constexpr std::uint32_t kFirstSpurious = 1020;
constexpr int kStatusCrash = 103;

unsigned interrupts_taken = 0;

void OnInterrupt(CpuSlot&) {
  const std::uint32_t acknowledged = platforms::AcknowledgeInterrupt();
  if (platforms::IntidOf(acknowledged) >= kFirstSpurious) return;
  ++interrupts_taken;
  platforms::EndInterrupt(acknowledged);
}

void OnCrash(CpuSlot&) {
  platforms::ConsoleWrite("embedder: an unexpected exception at EL2\n");
  platforms::PowerOff(kStatusCrash);
}

}  // namespace

trivet::vectors::Handlers Host::HandlersFor(trivet::CpuId) {
  return {.irq = &OnInterrupt, .fiq = &OnInterrupt, .serror = &OnCrash, .fatal = &OnCrash};
}

std::uint64_t Host::PhysicalAddressOf(const void* address) {
  return reinterpret_cast<std::uint64_t>(address);
}

Machine::Machine() {
  interrupts_taken = 0;
  platforms::InterruptsInitThisCpu();
  platforms::EnableInterrupt(kDoorbell);
}
Machine::~Machine() { platforms::DisableInterrupt(kDoorbell); }

void Machine::Show(void*, std::uint64_t) {}
void Machine::RaiseInterrupt() { platforms::SendSelfInterrupt(kDoorbell); }
unsigned Machine::InterruptsTaken() const { return interrupts_taken; }

std::uint64_t GuestEntry() { return reinterpret_cast<std::uint64_t>(embedder_guest); }

}  // namespace embedder
