#pragma once

#include <cstdint>

#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/hcr_policy.h"
#include "percpu/masked_interrupts.h"
#include "percpu/per_cpu_state.h"
#include "vcpu/exit.h"
#include "vectors/enter_guest.h"
#include "vectors/guest_frame.h"
#include "vectors/in_place.h"

namespace trivet::vcpu {

/// A guest CPU's configuration.
struct Config {
  std::uint64_t entry = 0;     ///< Guest virtual address of the first instruction, EL1h, MMU off.
  std::uint64_t argument = 0;  ///< x0 at the first instruction; the other registers are zero.
  hal::VtcrEl2 vtcr;           ///< Shape of the stage 2 tables.
  hal::VttbrEl2 vttbr;         ///< Root table (physical address) and VMID, not 0.
  hal::HcrEl2 traps = {};      ///< Further HCR_EL2 bits while it runs, for example twi or tid3,
                               ///< as far as the policy allows: see Vcpu::hcr().
  hal::MpidrEl1 mpidr = {};    ///< What the guest reads as MPIDR_EL1.
  /// Fast-path exit handlers, called by the vectors during a run: see vectors/in_place.h.
  vectors::InPlaceHooks in_place = {};
};

/// One guest CPU. Not movable: from its first run until Unload(), another Vcpu's run, or
/// HardwareDisable() on that CPU, the CPU's page points at it: it must not be destroyed before.
/// Used by one host CPU at a time.
class Vcpu {
 public:
  explicit Vcpu(const Config& config);
  Vcpu(const Vcpu&) = delete;
  Vcpu& operator=(const Vcpu&) = delete;

  /// Runs the guest on this CPU until an exit. At EL2 with SP_EL2, on `cpu`'s CPU, enabled; any
  /// mask state (kept). Errors, the guest did not run: kNotEnabled, kWrongCpu, kLostState.
  [[nodiscard, gnu::always_inline]] Result<Exit> Run(percpu::PerCpuState& cpu) {
    const percpu::MaskedInterrupts masked;
    return RunMasked(cpu, cpu.IsResidentHere(registers_));
  }

  /// The same for a loop that runs masked and pinned: a run of a loaded guest skips the mask and
  /// the CPU check. A load checks the CPU.
  [[nodiscard, gnu::always_inline]] Result<Exit> Run(percpu::PerCpuState& cpu,
                                                     percpu::MaskedAndPinned) {
    return RunMasked(cpu, cpu.IsResident(registers_));
  }

  /// Takes this guest's registers off `cpu`, if they are loaded there, and puts the host's back:
  /// before the Vcpu is destroyed or moves to another CPU. At EL2, on `cpu`'s CPU, enabled; any
  /// mask state (kept). Errors, nothing changed: kNotEnabled, kWrongCpu.
  Status Unload(percpu::PerCpuState& cpu);

  /// HCR_EL2 on the CPU that loaded this guest last, the bits of Config::traps dropped and the bits
  /// forced, with reasons. Empty before the first run; percpu::PerCpuState::ConstrainGuest computes
  /// it in advance.
  percpu::ConstrainedHcr hcr() const { return percpu::Constrain(hcr_terms_); }

  /// General registers, PC and PSTATE between runs.
  vectors::GuestFrame& frame() { return frame_; }
  /// Advances PC past the trapped 4-byte instruction: SMC, WFx, MRS, MSR, an emulated access.
  void SkipInstruction() { frame_.pc += 4; }

 private:
  [[gnu::always_inline]] Result<Exit> RunMasked(percpu::PerCpuState& cpu, bool resident) {
    if (resident) [[likely]]
      return DecodeExit(vectors::EnterGuest(frame_));
    Exit exit;  // In memory on this path only.
    const Status status = LoadAndRun(cpu, exit);
    if (status != Status::kOk) return std::unexpected(status);
    return Exit(exit);
  }
  Status LoadAndRun(percpu::PerCpuState& cpu, Exit& exit);
  void Load(percpu::PerCpuState& cpu);

  Config config_;
  percpu::HcrTerms hcr_terms_;
  vectors::GuestFrame frame_ = {};
  percpu::GuestRegisters registers_;
};

}  // namespace trivet::vcpu
