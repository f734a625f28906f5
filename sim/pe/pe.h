// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hal/backend.h"
#include "hal/cpu_id.h"
#include "hal/register_id.h"
#include "sim/gic/gic_interface.h"
#include "sim/memory/physical_memory.h"
#include "sim/memory/tlb.h"
#include "sim/memory/tlb_inbox.h"
#include "sim/model/model.h"
#include "sim/pe/exception.h"
#include "sim/pe/pstate.h"
#include "sim/pe/routing.h"
#include "sim/pe/strategy.h"
#include "sim/pe/trace.h"

namespace trivet::sim {

/// What happens when software writes a reserved bit against its RES0 or RES1.
enum class ReservedBits : std::uint8_t {
  kViolation,  ///< Violation. For software under test.
  kIgnored,    ///< RAZ/WI and RAO/WI. For replaying what other engines did.
};

/// One system register's storage.
struct Cell {
  std::uint64_t value = 0;
  std::uint64_t old = 0;          ///< What indirect readers may still see while epoch is current.
  std::uint64_t unknown = 0;      ///< Bits of value that the architecture calls UNKNOWN.
  std::uint64_t old_unknown = 0;  ///< The same of old.
  std::uint64_t epoch = 0;        ///< Of the last write; see Pe::Synchronize().

  bool HasUnknown() const { return (unknown | old_unknown) != 0; }
};

/// V0 to V31: the lower and the upper 64 bits.
using Vector = std::array<std::uint64_t, 2>;
inline constexpr std::size_t kVectors = 32;

/// Everything about a Pe that software can observe: what Snapshot() copies.
struct PeState {
  std::uint64_t epoch = 1;
  std::array<Cell, hal::kRegisterCount> cells = {};
  std::array<std::uint64_t, 31> x = {};
  std::array<Vector, kVectors> v = {};
  std::uint64_t pc = 0;
  Pstate pstate = Pstate::Masked(2);
  std::uint32_t attention = 0;  ///< Interrupt lines and power: Pe's own encoding.
  Tlb tlb = {};                 ///< Only in a snapshot.
  std::uint8_t settling = 0;    ///< Only in a snapshot: what the next synchronization has to do.
};

/// What software at EL2 is about to do: see Pe::SetAccessFilter().
struct SoftwareAccess {
  enum class Kind : std::uint8_t { kRead, kWrite, kIsb, kDsb, kTlbi, kAt };
  Kind kind;
  hal::RegisterId reg = hal::RegisterId::kCount;  ///< The name in the MRS or MSR.
  std::uint64_t value = 0;  ///< Of a write; of a DSB, TLBI or AT its hal:: enumerator.
};

/// One simulated processing element. Not thread-safe, but for RaiseIrq, RaiseFiq and RaiseSError,
/// which any thread may call: a Pe belongs to the host thread that made it current.
class alignas(64) Pe {
 public:
  using StepHook = std::function<void(Pe&)>;

  /// Arrives at EL2h with D, A, I, F masked and every register at its inert value: RES1 set, the
  /// rest 0, as tidy firmware leaves them. Call WarmReset() for what hardware alone guarantees.
  explicit Pe(const Profile& profile, CpuId id = {});
  /// The same on a model of the caller's.
  explicit Pe(std::shared_ptr<const Model> model, CpuId id = {});
  Pe(const Pe&) = delete;
  Pe& operator=(const Pe&) = delete;

  const Model& model() const { return *model_; }
  const Profile& profile() const { return model_->profile(); }
  CpuId id() const { return id_; }

  // What software does. Each call is one instruction: checked, traced, and followed by a step
  // boundary, at which the step hook runs and pending interrupts are taken.

  /// MRS at the current EL.
  std::uint64_t Read(hal::RegisterId id) {
    const AccessPlan& plan = PlanOf(id);
    if ((Attention() | plan.reads_slowly) != 0) [[unlikely]]
      return ReadSlowly(id);
    return state_.cells[static_cast<unsigned>(plan.storage)].value;
  }

  /// MSR at the current EL.
  [[gnu::always_inline]]  // A call costs an eighth of the access.
  void Write(hal::RegisterId id, std::uint64_t value) {
    const AccessPlan& plan = PlanOf(id);
    Cell& cell = state_.cells[static_cast<unsigned>(plan.storage)];
    const bool legal = (value & plan.reserved) == plan.reserved_value;
    if ((Attention() | plan.writes_slowly) != 0 || !legal || cell.HasUnknown()) [[unlikely]]
      return WriteSlowly(id, value);
    trace_.Add(EventKind::kWrite, plan.storage, value);
    Store(cell, plan, value);
  }

  void Isb() {
    if (NeedsAttention()) [[unlikely]]
      return IsbSlowly();
    trace_.Add(EventKind::kIsb, hal::RegisterId::kCount, 0);
    Synchronize();
  }
  void Dsb(hal::Domain domain);
  void Invalidate(hal::Tlbi operation);
  void Translate(hal::At access, std::uint64_t address);
  /// Masks D, A, I and F; returns DAIF as it was.
  std::uint64_t DaifMask();
  void DaifRestore(std::uint64_t daif);
  CpuId CurrentCpu();
  /// LDP, STP of Q0 to Q31; any of SME, one of `za`. A Violation where CPTR_EL2 traps it.
  void LoadVectors(std::span<const Vector, kVectors> from);
  void StoreVectors(std::span<Vector, kVectors> to);
  void UseSme(const char* instruction, bool za = false);

  // What tests do: unchecked and untraced.

  /// The stored value; an alias reaches its base register, whatever the EL and E2H.
  std::uint64_t Peek(hal::RegisterId id) const {
    return (PlanOf(id).effects & kComputed) != 0 ? ReadComputed(id) : CellOf(id).value;
  }
  /// Stores all 64 bits as a synchronized, known value.
  void Poke(hal::RegisterId id, std::uint64_t value);
  /// The same, of what the register stores only: reserved bits stay as they are.
  void PokeFields(hal::RegisterId id, std::uint64_t value);
  /// Makes a register UNKNOWN as a whole: it reads as nothing plausible.
  void Scramble(hal::RegisterId id);
  /// The UNKNOWN bits of a register, and how to make some.
  std::uint64_t UnknownBits(hal::RegisterId id) const { return CellOf(id).unknown; }
  void MakeUnknown(hal::RegisterId id, std::uint64_t bits);
  /// True while an indirect reader may see the register's old value.
  bool IsPending(hal::RegisterId id) const { return CellOf(id).epoch == state_.epoch; }

  /// X0 to X30. 31 reads as zero and drops writes, as XZR.
  std::uint64_t x(unsigned n) const { return n < 31 ? state_.x[n] : 0; }
  void set_x(unsigned n, std::uint64_t value) {
    if (n < 31) state_.x[n] = value;
  }
  /// V0 to V31, for tests: unchecked.
  const Vector& vector(unsigned n) const { return state_.v[n]; }
  void set_vector(unsigned n, const Vector& value) { state_.v[n] = value; }
  std::uint64_t pc() const { return state_.pc; }
  void set_pc(std::uint64_t pc) { state_.pc = pc; }
  Pstate pstate() const { return state_.pstate; }
  void set_pstate(Pstate pstate);

  Trace& trace() { return trace_; }
  const Trace& trace() const { return trace_; }
  PhysicalMemory& memory() { return *memory_; }
  /// Several PEs of one machine share one memory.
  void set_memory(std::shared_ptr<PhysicalMemory> memory) { memory_ = std::move(memory); }
  void set_reserved_bits(ReservedBits policy) { reserved_bits_ = policy; }
  Chooser& chooser() { return chooser_; }

  // Interrupt lines: level, held until lowered. Taking an SError lowers its line.
  void RaiseIrq(bool level = true) { Raise(InterruptClass::kIrq, level); }
  void RaiseFiq(bool level = true) { Raise(InterruptClass::kFiq, level); }
  void RaiseSError(bool level = true) { Raise(InterruptClass::kSError, level); }
  void Raise(InterruptClass interrupt, bool level);
  /// An IRQ or FIQ line with Superpriority, until it is lowered by this or Raise(). Another one
  /// where the CPU has no FEAT_NMI.
  void RaiseWithSuperpriority(InterruptClass interrupt, bool level = true);
  bool Line(InterruptClass interrupt) const {
    return (attention_.load(std::memory_order_relaxed) >> static_cast<unsigned>(interrupt) & 1) !=
           0;
  }

  // The GICv3 CPU interface. Priorities, groups and enables by gic(); pending state by these two,
  // from any thread.
  GicInterface& gic() { return *gic_; }
  void SetInterruptPending(unsigned intid);
  void SetInterruptLine(unsigned intid, bool level);
  /// Where SGIs go that this PE sends: sim::Machine sets it.
  using SgiSink = std::function<void(Pe& from, const SgiRequest& request)>;
  void SetSgiSink(SgiSink sink) { sgi_sink_ = std::move(sink); }
  /// Deactivates at the Distributor, as ICC_DIR_EL1 and a list register with a physical INTID do.
  void DeactivateInterrupt(unsigned intid);
  /// Where deactivations of SPIs go, which any PE may make: sim::Machine sets it.
  using DeactivationSink = std::function<void(unsigned intid)>;
  void SetDeactivationSink(DeactivationSink sink) { deactivation_sink_ = std::move(sink); }
  /// The level of the maintenance interrupt. [gic] ICH_MISR_EL2.
  bool MaintenanceInterrupt() const;
  /// The line of a PPI follows that level at each step boundary. nullopt, as at first: none does.
  void RouteMaintenanceInterrupt(std::optional<unsigned> ppi);

  // Exceptions.

  /// ERET at EL2, to the address and state in ELR_EL2 and SPSR_EL2. An illegal return sets
  /// PSTATE.IL and stays.
  void ExceptionReturn();
  /// Executes guest instructions from PC until an exception is taken to EL2. Performs the entry and
  /// returns the address of the vector; runs no code there. Needs EL0 or EL1.
  std::uint64_t RunLowerEl();
  /// Guest instructions RunLowerEl() executes before it reports a guest that never exits.
  void set_instruction_limit(std::uint64_t limit) { instruction_limit_ = limit; }
  /// Runs the host function mapped at address, as a branch there would.
  void RunCodeAt(std::uint64_t address);
  /// Performs the entry; returns the vector's address. For the interpreter.
  std::uint64_t TakeException(const Exception& exception);
  /// The interrupt to take now, physical before virtual; nullopt when none is deliverable.
  std::optional<Exception> DeliverableInterrupt();
  /// A step boundary without an instruction: takes what is pending and unmasked.
  void StepBoundary() {
    if (NeedsAttention()) BoundarySlowly();
  }

  // Control.
  void SetStepHook(StepHook hook);
  /// Sees each register access, barrier and TLBI of software before it is performed, and may change
  /// what it does; false drops it (a dropped read returns 0). The guest's instructions are not
  /// seen. Null removes it.
  using AccessFilter = std::function<bool(SoftwareAccess&)>;
  void SetAccessFilter(AccessFilter filter);
  /// The n-th access from now (1: the next) throws InjectedFault and has no effect.
  void FailAccess(unsigned n);
  PeState Snapshot() const;
  void Restore(const PeState& state);
  /// Fields with an architectural reset value get it; every other field becomes UNKNOWN.
  void WarmReset();
  /// Everything becomes UNKNOWN; accesses throw until PowerUp(), which ends in a warm reset.
  void PowerDown();
  void PowerUp();

  /// A control bit as the hardware sees it now: old or new by the strategy while pending. Throws
  /// Violation naming the bits when a decision would depend on UNKNOWN ones within mask.
  std::uint64_t Decide(hal::RegisterId id, std::uint64_t mask);

  // What the Interpreter does once an instruction is known to be legal: no checks, no boundary.

  /// What `id`'s name does at the current EL.
  const AccessPlan& PlanOf(hal::RegisterId id) const {
    return (*plans_)[static_cast<unsigned>(id)];
  }
  /// The first rule that traps the access at the current EL; null when none does.
  const Rule* TrappingRule(AccessId id, bool read);
  std::uint64_t PerformRead(hal::RegisterId id);
  void PerformWrite(hal::RegisterId id, std::uint64_t value);
  void PerformIsb() { Synchronize(); }
  void PerformExceptionReturn();
  /// PSTATE after an exception return from here with `saved` in the SPSR, legal or not.
  Pstate ReturnState(Pstate saved);

  /// The stage 2 controls that a walk for this PE's EL1&0 regime uses: those of the registers, or,
  /// by the strategy, older ones that a TLB may hold.
  Stage2Regime DecideStage2();
  /// What a walk of `regime` for `ipa` finds: `walked`, or, by the strategy, the descriptor that
  /// the TLB may still hold. Throws Violation where the two map the page differently: the old
  /// mapping was not invalidated before the new one was made.
  std::expected<Stage2Leaf, Stage2Fault> DecideLeaf(
      const Stage2Regime& regime, std::uint64_t ipa,
      const std::expected<Stage2Leaf, Stage2Fault>& walked);

  /// Broadcast TLB maintenance of this PE, once its DSB completes it. Null removes it.
  using TlbiSink = std::function<void(Pe&, const Maintenance&)>;
  void SetTlbiSink(TlbiSink sink) { tlbi_sink_ = std::move(sink); }
  /// Of another PE. Any thread.
  TlbInbox& tlb_inbox() { return tlb_inbox_; }

  /// "PE 0.0.0.1, EL2": how messages begin.
  std::string Where() const;

 private:
  /// Anything that takes an access off the fast path. Bits 0 to 2: the interrupt lines by class.
  enum AttentionBit : std::uint32_t {
    kLines = (1 << kInterruptClasses) - 1,
    kHook = 1 << 3,
    kFault = 1 << 4,
    kPoweredOff = 1 << 5,
    kGic = 1 << 6,  ///< The interrupt controller is in use: checked at every step boundary.
    kSuperpriority = 1 << 7,  ///< Of the IRQ line; the next bit: of the FIQ line.
    kFilter = 1 << 9,
    kOfState = kLines | kPoweredOff | 3 * kSuperpriority,
  };

  std::uint32_t Attention() const { return attention_.load(std::memory_order_relaxed); }
  bool NeedsAttention() const { return Attention() != 0; }
  void SetAttention(std::uint32_t bit, bool on);

  const Cell& CellOf(hal::RegisterId id) const;
  Cell& CellOf(hal::RegisterId id);

  /// Stores the bits of value that the plan stores, with the bits that hardware keeps to itself.
  void Store(Cell& cell, const AccessPlan& plan, std::uint64_t value, std::uint64_t kept = 0) {
    const std::uint64_t before = cell.value;
    if (cell.epoch != state_.epoch) {
      cell.old = before;
      cell.epoch = state_.epoch;
    }
    cell.value = (value & plan.stores) | plan.ones | kept;
    const std::uint64_t changed = before ^ cell.value;
    if ((changed & plan.control) == 0) return;
    settling_ |= kSettleHcr;
    if ((changed & plan.fundamental) != 0) [[unlikely]]
      FundamentChanged(plan.storage);
  }

  /// A context synchronization event: nothing written so far is pending any more.
  void Synchronize() {
    ++state_.epoch;
    if (settling_ != 0) [[unlikely]]
      Settle();
  }

  void BeginAccess(const char* what, std::string_view name);
  bool PassesFilter(SoftwareAccess& access) {
    return (Attention() & kFilter) == 0 || filter_(access);
  }
  std::uint64_t ReadSlowly(hal::RegisterId id);
  void WriteSlowly(hal::RegisterId id, std::uint64_t value);
  void RefuseTrapped(AccessId id, bool read);
  void CheckReserved(hal::RegisterId id, const AccessPlan& plan, std::uint64_t value) const;
  std::uint64_t ReadComputed(hal::RegisterId storage) const;
  void WriteComputed(hal::RegisterId storage, std::uint64_t value);
  void FundamentChanged(hal::RegisterId storage);
  [[noreturn]] void FailUnknownStage2() const;
  void Settle();
  void SettleAll();
  void ForgetSettled() { settled_hcr_ = kNothingSettled; }
  void SynchronizeAt(hal::RegisterId sctlr, std::uint64_t bit);
  void IsbSlowly();
  void CompleteBroadcasts();
  void SelectPlans();

  void BoundarySlowly();
  GicInterface::Controls GicControls() const;
  bool IsRedirected(hal::RegisterId id);
  std::uint64_t ReadInterface(hal::RegisterId id);
  bool WriteInterface(hal::RegisterId id, std::uint64_t& value);
  void EndInterrupt(unsigned intid);
  void FollowMaintenance();
  void SendSgi(unsigned group, std::uint64_t value);
  bool InterfaceSignals(InterruptClass interrupt) const;
  bool VirtualInterfaceSignals(InterruptClass interrupt);
  void UseGic();

  void RefuseUnmodelledControls() const;
  bool HasSuperpriority(InterruptClass interrupt, bool physical);
  bool IsMasked(InterruptClass interrupt, bool superpriority, hal::HcrEl2 hcr);
  bool SetsPan(unsigned target);
  bool AnyInterrupt() const;
  std::uint32_t VirtualErrorSyndrome();
  void CallHook();
  bool TakePendingAtEl2();
  bool IsIllegalReturn(Pstate to);
  hal::HcrEl2 DecideStates();
  bool El1UsesAArch32(hal::HcrEl2 hcr) const;
  bool TakesInAArch32(unsigned target_el);
  bool LowerUsesAArch32(unsigned target_el);
  std::uint64_t EnterAArch32El1(const Exception& exception);
  RoutingState RoutingOf(InterruptClass interrupt, std::uint64_t hcr, bool physical);

  /// What the next synchronization has to do besides counting.
  enum Settling : std::uint8_t { kSettleHcr = 1, kSettleAll = 2 };
  static constexpr std::uint64_t kNothingSettled = ~std::uint64_t{0};

  // What every access touches stands together: a cache line, then the epoch and the first cells.
  const Model::Plans* plans_ = nullptr;
  std::atomic<std::uint32_t> attention_ = 0;
  std::uint8_t settling_ = 0;
  /// The controls of HCR_EL2 that the TLB has met, with the present VTTBR_EL2 and VTCR_EL2.
  std::uint64_t settled_hcr_ = kNothingSettled;
  Trace trace_;
  std::shared_ptr<const Model> model_;
  PeState state_;
  Tlb tlb_;
  TlbInbox tlb_inbox_;
  TlbiSink tlbi_sink_;
  std::vector<Maintenance> broadcasts_;  ///< Not completed by a DSB yet.
  Chooser chooser_;
  ReservedBits reserved_bits_ = ReservedBits::kViolation;
  CpuId id_;
  std::shared_ptr<PhysicalMemory> memory_;
  std::unique_ptr<GicInterface> gic_ = std::make_unique<GicInterface>();
  std::atomic<bool> gic_used_ = false;
  SgiSink sgi_sink_;
  DeactivationSink deactivation_sink_;
  std::optional<unsigned> maintenance_ppi_;
  AccessFilter filter_;
  StepHook hook_;
  bool in_hook_ = false;
  unsigned fail_countdown_ = 0;
  std::uint64_t instruction_limit_ = 1'000'000;
};

}  // namespace trivet::sim
