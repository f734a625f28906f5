#pragma once

#include <cstdint>

/// The board's interrupt controller, as far as tests and benchmarks need it. Every interrupt is
/// Group 1, so it arrives as IRQ. All calls need EL2 and concern the CPU that makes them unless
/// they say otherwise.
namespace trivet::platforms {

/// Readies this CPU's part of the controller with every interrupt disabled, and sets HCR_EL2.{IMO,
/// FMO, AMO}: with TGE 0 an EL2 host is deaf without them. Once after each
/// start of a CPU, before the other calls.
void InterruptsInitThisCpu();

/// SGI 0-15, PPI 16-31, SPI from 32. An enabled SPI goes to this CPU.
void EnableInterrupt(unsigned intid);
void DisableInterrupt(unsigned intid);

/// The INTID of the interrupt taken, now active; 1020 to 1023: there was none. Of a GICv2's SGI
/// also the number of the CPU that sent it, in bits 12:10.
std::uint32_t AcknowledgeInterrupt();
/// Ends the interrupt that AcknowledgeInterrupt() returned.
void EndInterrupt(std::uint32_t intid);

/// Makes an SGI pending on this CPU, or on another by its index.
void SendSelfInterrupt(unsigned sgi);
void SendInterrupt(unsigned cpu, unsigned sgi);

}  // namespace trivet::platforms
