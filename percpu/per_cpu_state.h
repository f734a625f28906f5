#pragma once

#include <atomic>
#include <cstdint>

#include "hal/cpu_id.h"
#include "hal/feature.h"
#include "hal/register_id.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/host_registers.h"
#include "vectors/cpu_slot.h"

namespace trivet::percpu {

/// More about the last call that did not return kOk.
struct Error {
  Status status = Status::kOk;
  hal::Feature feature = hal::Feature::kBase;                    ///< kUnsupportedFeature
  hal::RegisterId register_id = hal::RegisterId::kCount;         ///< kRestoreMismatch, kVectorsReplaced
  std::uint64_t expected = 0;
  std::uint64_t got = 0;
};

/// What the vectors need, what the host had, and the transitions of one CPU, for any host type. Use it
/// through PerCpu<Host>, which makes a page of it. All zeros is a valid, vacant object.
class alignas(16) PerCpuState {
 public:
  constexpr PerCpuState() = default;
  PerCpuState(const PerCpuState&) = delete;
  PerCpuState& operator=(const PerCpuState&) = delete;

  CpuId cpu() const { return cpu_; }
  bool IsEnabled() const { return state_.load(std::memory_order_acquire) == State::kEnabled; }
  const Error& last_error() const { return error_; }
  const vectors::CrashRecord& crash() const { return slot_.crash; }

  /// VBAR_EL2 as the host had it when this CPU was enabled. Meaningful while enabled.
  hal::VbarEl2 host_vector_base() const { return host_vector_base_; }
  /// HCR_EL2 as the host had it when this CPU was enabled. Meaningful while enabled.
  hal::HcrEl2 host_hcr() const { return host_hcr_; }
  /// TPIDR_EL2 as the host had it when this CPU was enabled: its own per-CPU pointer. Meaningful while enabled.
  hal::TpidrEl2 host_tpidr() const { return host_tpidr_; }
  /// HCR_EL2 as HardwareEnable() left it: what the CPU has whenever no guest runs.
  hal::HcrEl2 enabled_hcr() const { return enabled_hcr_; }

  /// Adds a guest's traps to HCR_EL2 until the next call or HardwareDisable(): they mean nothing to a host at EL2.
  /// The caller supplies the context synchronization event. On this CPU, while enabled, interrupts masked.
  void SetGuestTraps(hal::HcrEl2 traps);
  /// Makes `next` the owner of the EL1 registers: saves them for the present owner and loads the next one's.
  /// Null means the host. On this CPU, while enabled, interrupts masked.
  void SwitchEl1To(El1Registers* next);
  const El1Registers* el1_owner() const { return el1_owner_; }

  /// kOk when the caller is on this CPU and it is enabled; touches nothing else.
  Status CheckEnabledHere() const;

 protected:
  Status CreateFor(CpuId cpu, const vectors::Handlers& handlers);
  Status Enable(hal::HcrEl2 set, std::uint64_t empty_stage2);
  Status Disable();
  Status Audit();
  void PoweredDown();

 private:
  enum class State : std::uint8_t { kVacant, kReady, kEnabled };

  Status CheckEnable();
  Status CheckDisable();
  void SaveHost();
  void GuardStage2(std::uint64_t table);
  void InstallVectors();
  void SetVirtualization(hal::HcrEl2 set);
  void RestoreVirtualization();
  void RestoreVectors();
  Status VerifyRestore();
  template <class R>
  Status Expect(typename R::Value expected);
  Status Fail(Error error);

  vectors::CpuSlot slot_;  // First: TPIDR_EL2 points here.
  hal::VbarEl2 host_vector_base_;
  hal::HcrEl2 host_hcr_;
  hal::TpidrEl2 host_tpidr_;
  HostControls host_controls_;
  El1Registers host_el1_;
  El1Registers* el1_owner_ = nullptr;
  hal::HcrEl2 enabled_hcr_;  // Without a guest's traps.
  hal::HcrEl2 live_hcr_;     // What HCR_EL2 holds now.
  CpuId cpu_;
  Error error_;
  std::atomic<State> state_ = State::kVacant;
};

}  // namespace trivet::percpu
