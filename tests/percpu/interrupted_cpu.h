// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

#include "percpu/host_kind.h"
#include "percpu/minimal_cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/strategy.h"
#include "tests/support/machine.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

/// A simulated CPU on which an exception arrives at one step boundary of one transition, and the
/// outcome.
namespace trivet::tests {

/// kNmi: an IRQ with Superpriority.
enum class Injection : std::uint8_t { kAbort, kIrq, kFiq, kSError, kNmi };
inline constexpr Injection kInjections[] = {Injection::kAbort, Injection::kIrq, Injection::kFiq,
                                            Injection::kSError};
const char* ToString(Injection injection);

/// The code that an exception reached.
enum class Taker : std::uint8_t { kHostTable, kTrivetsTable, kRunLoop };

/// A kind of host, when its vectors are switched, and how it receives exceptions while they are
/// Trivet's.
struct HostSetup {
  enum class Vectors : std::uint8_t { kCallbackPerEnable, kCallbackPerRun, kPassThrough };

  const char* name;
  percpu::HostKind kind;
  Vectors vectors;
  /// A CPU with FEAT_NMI, whose host takes interrupts with Superpriority: SCTLR_EL2.NMI is set, and
  /// PSTATE.ALLINT is the mask that counts.
  bool nmi = false;

  /// True when Trivet's own slots take exceptions while enabled.
  bool takes_interrupts() const { return vectors == Vectors::kCallbackPerEnable; }

  friend void PrintTo(const HostSetup& setup, std::ostream* out) { *out << setup.name; }
};

/// Thrown by the handler of a synchronous abort, which does not return.
struct Aborted {};

/// A host whose handlers and own table record each exception and end its cause.
struct RecordingHost {
  static vectors::Handlers HandlersFor(CpuId cpu);
  static std::uint64_t PhysicalAddressOf(const void* address) {
    return tests::PhysicalAddressOf(address);
  }
};

/// The same as a pass-through host.
struct RecordingPassThroughHost {
  static vectors::ChainPlace ChainPlaceFor(CpuId cpu) { return ChainPlaceOf(cpu); }
  static std::uint64_t PhysicalAddressOf(const void* address) {
    return tests::PhysicalAddressOf(address);
  }
};

class InterruptedCpu;

/// The interrupted operation: `act`, after `prepare` ran undisturbed.
struct Operation {
  using Action = void (InterruptedCpu::*)();

  std::vector<Action> prepare;
  Action act;
};

/// One run of an operation.
struct Outcome {
  unsigned steps = 0;           ///< Step boundaries passed.
  unsigned longest_masked = 0;  ///< Most boundaries in a row at EL2 with the host's mask set.
  bool injected = false;        ///< False for an abort at a boundary where the guest runs.
  bool after_masking = false;   ///< Injected when the operation had masked interrupts, or later.
  bool aborted = false;
  /// The caller's mask is as it was and, if that is open, nothing is left pending.
  bool on_time = false;
  bool enabled = false;  ///< Afterwards, by the object's word.
  std::vector<Taker> takers;
  /// Registers afterwards, but those that taking an exception changes.
  std::vector<std::uint64_t> registers;
};

class InterruptedCpu {
 public:
  explicit InterruptedCpu(const HostSetup& setup);
  ~InterruptedCpu();
  InterruptedCpu(const InterruptedCpu&) = delete;
  InterruptedCpu& operator=(const InterruptedCpu&) = delete;

  /// Prepares from scratch, then runs the operation with `what` arriving at its `step`-th boundary
  /// (0: nothing arrives), the caller masked or not, with pending writes seen as `chooser` chooses.
  /// Then opens an interrupt window, in which everything still pending arrives.
  Outcome Run(const Operation& operation, Injection what, unsigned step, bool caller_masked,
              sim::Chooser& chooser);
  /// The registers after the operation's preparation alone.
  std::vector<std::uint64_t> RegistersBefore(const Operation& operation);

  // The parts of operations.
  void Enable();
  void Disable();
  void Claim();
  void MinimalEnable();
  void MinimalDisable();
  /// Until its next hypercall.
  void RunGuest();
  void UnloadGuest();

  /// Called by handlers and by the host's table.
  void Take(Taker taker, Injection what, const vectors::CpuSlot* slot);

 private:
  void Reset();
  percpu::HostKind MachineKind() const;
  void SetMask(std::uint64_t daif, bool allint);
  void OpenWindow();
  template <class Act>
  void Masked(Act act);
  void AtBoundary(sim::Pe& pe);
  void Inject(sim::Pe& pe);
  std::vector<std::uint64_t> Registers() const;
  /// Calls `visit` with the setup's PerCpu.
  template <class F>
  auto WithCpu(F visit);
  percpu::PerCpuState& cpu();

  const HostSetup setup_;
  Machine machine_;
  sim::PeState arrival_;
  vcpu::BlockStage2 stage2_;
  std::optional<percpu::PerCpu<RecordingHost>> per_enable_;
  std::optional<percpu::PerCpu<RecordingHost, percpu::PerRunPolicy>> per_run_;
  std::optional<percpu::PerCpu<RecordingPassThroughHost>> pass_through_;
  std::optional<percpu::MinimalCpu<RecordingHost>> minimal_;
  std::optional<vcpu::Vcpu> guest_;

  Injection what_ = Injection::kIrq;
  unsigned at_step_ = 0;
  unsigned masked_steps_ = 0;
  bool masked_ = false;
  Outcome outcome_;
};

}  // namespace trivet::tests
