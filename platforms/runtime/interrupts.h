#pragma once

#include <cstdint>

/// The machine's interrupt controller, as far as tests and benchmarks need it. Every interrupt
/// arrives as IRQ unless it says otherwise. All calls need EL2 and concern the CPU that makes them
/// unless they say otherwise.
namespace trivet::platforms {

/// Readies this CPU's part of the controller with every interrupt disabled, and sets HCR_EL2.{IMO,
/// FMO, AMO}: with TGE 0 an EL2 host receives no IRQs without them. Once after each
/// start of a CPU, before the other calls.
void InterruptsInitThisCpu();

/// SGI 0-15, PPI 16-31, SPI from 32. An enabled SPI goes to this CPU. Firmware with a Secure state
/// keeps SGIs 8-15 for that, by Arm's advice.
void EnableInterrupt(unsigned intid);
void DisableInterrupt(unsigned intid);

/// The interrupt taken, now active, which IntidOf() knows.
std::uint32_t AcknowledgeInterrupt();
/// Ends the interrupt that AcknowledgeInterrupt() returned.
void EndInterrupt(std::uint32_t acknowledged);

/// Its INTID; 1020 to 1023: there was none. A GICv2 adds to an SGI who sent it. [gic2] GICC_IAR.
constexpr std::uint32_t IntidOf(std::uint32_t acknowledged) { return acknowledged & 0x3ff; }

/// Makes an SGI pending on this CPU, or on another by its index.
void SendSelfInterrupt(unsigned sgi);
void SendInterrupt(unsigned cpu, unsigned sgi);

/// From now on, until InterruptsInitThisCpu(), this SGI of this CPU arrives as FIQ. False, and
/// nothing done, where FIQs are not EL2's to raise: a GIC with two security states keeps them for
/// the secure one.
bool EnableFiq(unsigned sgi);
/// As their counterparts above, for an SGI after EnableFiq().
void SendSelfFiq(unsigned sgi);
std::uint32_t AcknowledgeFiq();
void EndFiq(std::uint32_t acknowledged);

}  // namespace trivet::platforms
