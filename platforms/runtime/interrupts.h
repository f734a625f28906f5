// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// The machine's interrupt controller, as far as tests and benchmarks need it. Unless stated
/// otherwise, interrupts arrive as IRQ, calls need EL2, and they concern the calling CPU.
namespace trivet::platforms {

/// The EL2 physical timer's interrupt (CNTHP), a PPI. [bsa] "PPI assignments".
inline constexpr unsigned kEl2Timer = 26;

/// Initializes this CPU's part of the controller with every interrupt disabled, and sets
/// HCR_EL2.{IMO, FMO, AMO}: with TGE 0 an EL2 host receives no IRQs without them. Once after each
/// start of a CPU, before the other calls.
void InterruptsInitThisCpu();

/// SGI 0-15, PPI 16-31, SPI from 32. An enabled SPI goes to this CPU. Firmware with a Secure state
/// reserves SGIs 8-15 for it, as Arm recommends.
void EnableInterrupt(unsigned intid);
void DisableInterrupt(unsigned intid);

/// Acknowledges the pending interrupt, which becomes active. IntidOf() gives its INTID.
std::uint32_t AcknowledgeInterrupt();
/// Ends the interrupt that AcknowledgeInterrupt() returned.
void EndInterrupt(std::uint32_t acknowledged);

/// The INTID; 1020 to 1023: none was pending. On a GICv2 an SGI's value also names the sender.
/// [gic2] GICC_IAR.
constexpr std::uint32_t IntidOf(std::uint32_t acknowledged) { return acknowledged & 0x3ff; }

/// Makes an SGI pending on this CPU, or on another by its index.
void SendSelfInterrupt(unsigned sgi);
void SendInterrupt(unsigned cpu, unsigned sgi);

/// Makes this CPU's SGI arrive as FIQ, until InterruptsInitThisCpu(). False, and nothing done, on a
/// GIC with two security states, which reserves FIQs for the secure one.
bool EnableFiq(unsigned sgi);
/// As their counterparts above, for an SGI after EnableFiq().
void SendSelfFiq(unsigned sgi);
std::uint32_t AcknowledgeFiq();
void EndFiq(std::uint32_t acknowledged);

}  // namespace trivet::platforms
