// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/capability.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/guest.h"
#include "percpu/hcr_policy.h"
#include "percpu/masked_interrupts.h"
#include "percpu/per_cpu_state.h"
#include "vcpu/exit.h"
#include "vectors/enter_guest.h"
#include "vectors/guest_frame.h"
#include "vectors/in_place.h"
#include "vectors/sme_state.h"
#include "vectors/sve_state.h"

namespace trivet::vcpu {

/// A guest CPU's configuration.
struct Config {
  std::uint64_t entry = 0;     ///< Guest virtual address of the first instruction, EL1h, MMU off.
  std::uint64_t argument = 0;  ///< x0 at the first instruction; the other registers are zero.
  hal::VtcrEl2 vtcr;           ///< Shape of the stage 2 tables.
  hal::VttbrEl2 vttbr;         ///< Root table (physical address) and VMID, not 0.
  hal::HcrEl2 traps = {};  ///< Further HCR_EL2 bits while it runs, for example twi. One that the
                           ///< CPU lacks or the policy or the host forbids refuses the guest.
                           ///< With tid3, its reads of ID registers end the run; without, they
                           ///< are served.
  hal::Capabilities open = {};  ///< What it has beyond the base architecture. The rest is trapped,
                                ///< and its ID registers do not offer it: docs/guest_view.md.
  vectors::SveArea sve = {};    ///< With kSve, which needs kFp: memory for Z, P and FFR, and the
                                ///< longest vector, as ZCR_EL2 limits it. Of no other guest.
  vectors::SmeArea sme = {};    ///< The same with kSme, which needs kFp, and kSve where the CPU has
                                ///< it: ZA, ZT0, streaming vectors, as SMCR_EL2 limits them.
  hal::MpidrEl1 mpidr = {};     ///< What the guest reads as MPIDR_EL1.
  std::uint64_t counter_offset = 0;  ///< CNTVCT_EL0 is the physical count less this.
  /// Its interrupts, switched with it; for a GICv3 they open Capability::kInterruptInterface. Null:
  /// none. vgic/switched.h makes one of a manager of list registers.
  percpu::GuestInterrupts* interrupts = nullptr;
  /// A stage 2 permission fault leaves its IPA UNKNOWN. True: exits have it, by AT, where the
  /// guest's stage 1 maps the address when the exit is made; absent where it does not.
  bool translates_faults = false;
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
  /// mask state (kept). Errors, the guest did not run: kNotEnabled, kWrongCpu, kLostState,
  /// kLoadedElsewhere (another CPU has its registers: Unload() there first), kInvalidArgument
  /// (kSve without kFp or Config::sve, kSme likewise), kUnsupportedHost (kSme under a host without
  /// SmeAreaFor that is in Streaming SVE mode or has ZA on), kHandlerMissing (the host's Parts lack
  /// what one of Config::open needs), kUnsupportedFeature (one of
  /// Config::open or of Config::traps cannot be: `cpu`'s last_error() has the feature, or the
  /// register and its bits), kIllegalGuestState (frame().pstate is not a guest's: [arm-arm]
  /// "Illegal return events").
  [[nodiscard, gnu::always_inline]] Result<Exit> Run(percpu::PerCpuState& cpu) {
    const percpu::MaskedInterrupts masked;
    return RunMasked(cpu, cpu.IsResidentHere(guest_));
  }

  /// The same for a loop that runs masked and pinned: a run of a loaded guest skips the mask and
  /// the CPU check. A load checks the CPU.
  [[nodiscard, gnu::always_inline]] Result<Exit> Run(percpu::PerCpuState& cpu,
                                                     percpu::MaskedAndPinned) {
    return RunMasked(cpu, cpu.IsResident(guest_));
  }

  /// Takes this guest's registers off `cpu`, if they are loaded there, and puts the host's back:
  /// before the Vcpu is destroyed or moves to another CPU. At EL2, on `cpu`'s CPU, enabled; any
  /// mask state (kept). Errors, nothing changed: kNotEnabled, kWrongCpu.
  Status Unload(percpu::PerCpuState& cpu);

  /// After LeaveOnCpu(): writes those of this guest's registers that it has in its runs
  /// alone, as keys of pointer authentication, before it goes on without EL2. On that CPU at EL2;
  /// the host's values are lost.
  void RestoreEachRun() const;

  /// HCR_EL2 on the CPU that loaded this guest last, and the bits set beyond Config::traps, with
  /// reasons. Empty before the first run; percpu::PerCpuState::ConstrainGuest computes
  /// it in advance.
  percpu::ConstrainedHcr hcr() const { return percpu::Constrain(guest_.terms); }

  /// Makes an SError pending, which the guest takes when its PSTATE.A allows: inject.h. On `cpu`'s
  /// CPU at EL2, between runs. As PerCpuState::PendSError().
  Status PendSError(percpu::PerCpuState& cpu, hal::VsesrEl2 syndrome) {
    return cpu.PendSError(guest_, request_, syndrome);
  }
  /// Whether it has not taken it: a guest that waits in WFI has a reason to run.
  bool HasPendingSError(percpu::PerCpuState& cpu) { return cpu.HasPendingSError(guest_); }

  /// General registers, PC and PSTATE between runs.
  vectors::GuestFrame& frame() { return frame_; }
  /// The guest's other registers: its own while no CPU has them loaded, and what a VHE host shares
  /// with it (`run`, `opened_run`) between any runs.
  percpu::GuestRegisters& registers() { return guest_; }
  /// Advances PC past the trapped 4-byte instruction: SMC, WFx, MRS, MSR, an emulated access.
  void SkipInstruction() { frame_.pc += 4; }
  /// Advances PC past the instruction that caused `exit`, by the syndrome's length; not past an
  /// HVC, which is behind it already.
  void SkipInstruction(const Exit& exit) {
    if (exit.reason != ExitReason::kHypercall) frame_.pc += exit.syndrome.instruction_bytes();
  }

 private:
  [[gnu::always_inline]] Result<Exit> RunMasked(percpu::PerCpuState& cpu, bool resident) {
    if (!resident) [[unlikely]] {
      Exit exit;  // In memory on this path only, and on the last one.
      const std::optional<Status> ran = LoadOrRun(cpu, exit);
      if (ran) return Returned(*ran, exit);
    }
    const vectors::ExitVector vector = vectors::EnterGuest(frame_);
    if (vector != vectors::ExitVector::kSynchronous) {
      const internal::Code code = internal::kCodesByVector[static_cast<unsigned>(vector)];
      if (code.NeedsMore()) [[unlikely]]
        return Special(vector);
      return Exit{.reason = code.plain()};
    }
    const vectors::Syndrome syndrome = internal::LiveSyndrome();
    const internal::Code code = internal::kCodes[static_cast<unsigned>(syndrome.exception_class())];
    if (!code.NeedsMore()) [[likely]]
      return Exit{.reason = code.plain(), .syndrome = syndrome};
    const ExitReason reason = code.reason();
    if (IsAbort(reason)) {
      const vectors::FaultAddress fault = internal::LiveFault(syndrome);
      if (fault.intermediate_address) [[likely]]
        return Exit{.reason = reason, .syndrome = syndrome, .fault = fault};
    }
    Exit exit = {.reason = reason, .syndrome = syndrome};
    return Returned(Continue(cpu, exit), exit);
  }

  [[gnu::always_inline]] static Result<Exit> Returned(Status status, const Exit& exit) {
    if (status != Status::kOk) return unexpected(status);
    return Exit(exit);
  }

  static Result<Exit> Special(vectors::ExitVector vector) {
    if (vector == vectors::ExitVector::kRefused) {
      return unexpected(Status::kIllegalGuestState);
    }
    return Exit{.reason = ExitReason::kSError, .syndrome = internal::LiveSyndrome()};
  }
  bool FindAddress(Exit& exit) const;
  /// None: the guest is loaded and can be entered as it is.
  std::optional<Status> LoadOrRun(percpu::PerCpuState& cpu, Exit& exit);
  std::optional<Status> LoadOrRunMasked(Status status, percpu::PerCpuState& cpu, Exit& exit);
  bool ServeIdRegister(const Exit& exit);
  bool Serve(Exit& exit, percpu::PerCpuState& cpu);
  Status Continue(percpu::PerCpuState& cpu, Exit& exit);

  vectors::GuestFrame frame_ = {};
  const percpu::GuestRequest request_;
  percpu::Guest guest_;
  const bool translates_faults_;
};

}  // namespace trivet::vcpu
