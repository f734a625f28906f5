// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/status.h"
#include "percpu/errata.h"
#include "percpu/host.h"
#include "percpu/host_kind.h"
#include "percpu/masked_interrupts.h"
#include "percpu/policy.h"
#include "vectors/cpu_slot.h"
#include "vectors/table.h"

namespace trivet::percpu {

/// What a minimal transition does to the registers, without the check of the caller's state:
/// VBAR_EL2 and the host's whole HCR_EL2, one ISB. At EL2, masked and pinned, alternately.
template <Policy P = DefaultPolicy>
struct MinimalSwitch {
  hal::VbarEl2 host_vbar;
  hal::HcrEl2 host_hcr;

  [[gnu::always_inline]] void Into() {
    host_vbar = hal::Cpu::Read<hal::VbarEl2>();
    host_hcr = hal::Cpu::Read<hal::HcrEl2>();
    hal::Cpu::Write<hal::VbarEl2>(hal::VbarEl2::FromRaw(vectors::TableBase()));
    hal::Cpu::Write<hal::HcrEl2>(hal::HcrEl2::FromRaw(host_hcr.raw() | P::kHcrSet.raw()));
    hal::Cpu::Isb();
  }
  [[gnu::always_inline]] void OutOf() const {
    hal::Cpu::Write<hal::HcrEl2>(host_hcr);
    hal::Cpu::Write<hal::VbarEl2>(host_vbar);
    hal::Cpu::Isb();
  }
};

/// The shortest correct way to turn virtualization on and off, for hosts that do it often: VBAR_EL2
/// and the host's whole HCR_EL2, one ISB, nothing else. The caller does the rest of PerCpu's work:
/// it sets VTCR_EL2 and VTTBR_EL2 to a valid stage 2 before HardwareEnable(), invalidates stale TLB
/// entries, and keeps other code from changing these registers. nVHE hosts only. One page, declared
/// like a PerCpu.
template <CallbackHost H, Policy P = DefaultPolicy>
  requires(P::kVectors == VectorSwitch::kPerEnable && !HasVectorTable<H>)
class alignas(vectors::kCpuPageSize) MinimalCpu {
 public:
  constexpr MinimalCpu() = default;
  MinimalCpu(const MinimalCpu&) = delete;
  MinimalCpu& operator=(const MinimalCpu&) = delete;

  /// Makes this page the calling CPU's: TPIDR_EL2 points here until Release(). At EL2, masked and
  /// pinned, disabled. Errors, nothing changed: kAlreadyCreated, kHandlerMissing,
  /// kUnsupportedFeature (a VHE host), kUnsupportedHost (a CPU that needs a barrier before each
  /// write of HCR_EL2: percpu/errata.def).
  Status Claim(MaskedAndPinned) {
    if (state_ != State::kVacant) return Status::kAlreadyCreated;
    const vectors::Handlers handlers = H::HandlersFor(hal::Cpu::CurrentCpu());
    if (!handlers.AreComplete()) {
      return Status::kHandlerMissing;
    }
    if (hal::Cpu::Read<hal::HcrEl2>().e2h()) return Status::kUnsupportedFeature;
    if (WorkaroundsFor(hal::Cpu::Read<hal::MidrEl1>()).Has(Workaround::kDsbBeforeHcr)) {
      return Status::kUnsupportedHost;
    }
    slot_.handlers = handlers;
    host_tpidr_ = hal::Cpu::Read<hal::TpidrEl2>();
    hal::Cpu::Write<hal::TpidrEl2>(hal::TpidrEl2::FromRaw(reinterpret_cast<std::uint64_t>(&slot_)));
    state_ = State::kReady;
    return Status::kOk;
  }

  /// Gives TPIDR_EL2 back. On the CPU that claimed, masked and pinned. Errors, nothing changed:
  /// kNotCreated, kAlreadyEnabled.
  Status Release(MaskedAndPinned) {
    if (state_ == State::kVacant) return Status::kNotCreated;
    if (state_ == State::kEnabled) return Status::kAlreadyEnabled;
    hal::Cpu::Write<hal::TpidrEl2>(host_tpidr_);
    state_ = State::kVacant;
    return Status::kOk;
  }

  bool IsEnabled() const { return state_ == State::kEnabled; }

  /// On the CPU that claimed. Errors, nothing changed: kNotCreated, kAlreadyEnabled.
  Status HardwareEnable(MaskedAndPinned) {
    if (state_ != State::kReady) [[unlikely]] {
      return IsEnabled() ? Status::kAlreadyEnabled : Status::kNotCreated;
    }
    switch_.Into();
    state_ = State::kEnabled;
    return Status::kOk;
  }

  /// On the CPU that claimed. Errors, nothing changed: kNotEnabled.
  Status HardwareDisable(MaskedAndPinned) {
    if (!IsEnabled()) [[unlikely]]
      return Status::kNotEnabled;
    switch_.OutOf();
    state_ = State::kReady;
    return Status::kOk;
  }

 private:
  enum class State : std::uint8_t { kVacant, kReady, kEnabled };

  static constexpr std::size_t kUsed =
      sizeof(vectors::CpuSlot) + sizeof(MinimalSwitch<P>) + 3 * sizeof(std::uint64_t);

  vectors::CpuSlot slot_;  // First: TPIDR_EL2 points here.
  MinimalSwitch<P> switch_;
  hal::TpidrEl2 host_tpidr_;
  State state_ = State::kVacant;
  alignas(16) std::byte emergency_stack_[(vectors::kCpuPageSize - kUsed) / 16 * 16] = {};
};

}  // namespace trivet::percpu
