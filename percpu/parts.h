// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/capability.h"
#include "hal/status.h"
#include "percpu/guest.h"
#include "percpu/guest_registers.h"
#include "percpu/host_kind.h"

/// What a CPU can switch beyond the base architecture, as code that is linked where a host names
/// it: docs/decisions/0026.
namespace trivet::percpu {

class PerCpuState;

/// FP, SIMD, SVE and SME: vector_switch.cc. Called with interrupts masked, on the CPU.
struct VectorPart {
  Status (*check)(PerCpuState& cpu, const GuestRequest& request);
  void (*prepare)(PerCpuState& cpu, Guest& guest, const GuestRequest& request);
  void (*give)(PerCpuState& cpu);          ///< The registers to the owner.
  void (*take)(PerCpuState& cpu);          ///< From the owner, which has them.
  void (*return_hosts)(PerCpuState& cpu);  ///< The host's saved ones.
  void (*return_lengths)(PerCpuState& cpu);
  void (*end_measuring)(PerCpuState& cpu);
};

/// When a register is switched: hal/regs/guest.def.
enum class SwitchTime : std::uint8_t { kOnLoad, kOnRun, kEachRun };

/// The registers of some capabilities, or of those of them that are in `open`.
struct RegisterPart {
  hal::Capabilities serves;
  void (*save)(OwnedRegisters& to, SwitchTime when, const CpuTraits& cpu, hal::Capabilities open);
  void (*restore)(const OwnedRegisters& from, SwitchTime when, const CpuTraits& cpu,
                  hal::Capabilities open);
};

/// Loads and runs under a VHE host: vhe_switch.cc.
struct VhePart {
  void (*save_base)(const PerCpuState& cpu, OwnedRegisters& owner);
  void (*restore_base)(const PerCpuState& cpu, const OwnedRegisters& next);
  void (*save_controls)(const PerCpuState& cpu, GuestControls& to);
  void (*switch_to)(PerCpuState& cpu, Guest* owner, Guest& next, bool has_more, bool same_traps);
  void (*begin_run)(PerCpuState& cpu);
  void (*end_run)(PerCpuState& cpu);
  void (*restore_after_run)(PerCpuState& cpu);
};

/// What a host that keeps TPIDR_EL2 has in its place: kept_tpidr.cc.
struct TpidrPart {
  Status (*check)(PerCpuState& cpu, hal::VbarEl2 base);
  void (*make_forwarding)(PerCpuState& cpu, hal::VbarEl2 base);
};

// Each is defined in a file of its own. C has other types for them.
extern const VectorPart kVectorPart asm("trivet_vector_part");
extern const RegisterPart kDebugPart asm("trivet_debug_part");
extern const RegisterPart kMonitorPart asm("trivet_monitor_part");
extern const RegisterPart kRegisterPart asm("trivet_register_part");  ///< The others.
extern const VhePart kVhePart asm("trivet_vhe_part");
extern const TpidrPart kFinderPart asm("trivet_finder_part");  ///< A vector table with a finder.
extern const TpidrPart kChainPart;                             ///< A chain table.

/// The parts that a host and its guests use. Null: not linked, and a guest that needs it is
/// refused.
struct Parts {
  const VectorPart* vectors = nullptr;
  const RegisterPart* registers[3] = {};  ///< In the order in which they are switched.
  const VhePart* vhe = nullptr;
  const TpidrPart* finder = nullptr;  ///< Of C hosts; others name the table in their type.
};

namespace internal {
inline constexpr hal::Capabilities kVectorCapabilities =
    hal::Capability::kFp | hal::Capability::kSve | hal::Capability::kSme;

/// Of guests that have registers in a RegisterPart.
inline constexpr hal::Capabilities kRegisterCapabilities = [] {
  hal::Capabilities set;
#define OPENED(Type, When, capability) set = set | hal::Capability::capability;
#include "hal/regs/guest.def"
  return set;
}();
}  // namespace internal

inline constexpr Parts kNoParts = {};
inline constexpr Parts kAllParts = {.vectors = &kVectorPart,
                                    .registers = {&kRegisterPart, &kDebugPart, &kMonitorPart},
                                    .vhe = &kVhePart};

}  // namespace trivet::percpu
