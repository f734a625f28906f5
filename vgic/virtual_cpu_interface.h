// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/cpu_id.h"
#include "hal/expected.h"
#include "hal/status.h"
#include "vgic/arrangement.h"
#include "vgic/entry_table.h"
#include "vgic/error.h"
#include "vgic/inbox.h"
#include "vgic/interface.h"
#include "vgic/interrupt.h"

namespace trivet::vgic {

/// Where a vCPU is, for the CPU that posted to it.
enum class Where : std::uint8_t {
  kAway,   ///< Not loaded: it finds what was posted when it is loaded and run.
  kHost,   ///< Loaded; it finds what was posted before it enters the guest.
  kGuest,  ///< In the guest: an SGI to that CPU ends the run, and BeginRun() finds it.
};

struct Receiver {
  Where where;
  CpuId cpu;  ///< The CPU, where it is loaded.
};

/// The interrupts of one vCPU, up to `kCapacity` more than there are list registers, with posts
/// from `kCpus` CPUs. Calls are made at EL2 with interrupts masked, but for Post(); those that
/// change interrupts by the CPU that has the vCPU loaded, or while none has, by its owner. What a
/// call refuses is in last_error(), and nothing was changed.
template <VirtualInterface Interface, unsigned kCapacity, unsigned kCpus = 8,
          class Word = std::atomic<std::uint64_t>>
class VirtualCpuInterface {
 public:
  static constexpr bool kBySystemRegisters = Interface::kBySystemRegisters;
  /// A GICv2: an SGI's INTID has the number of its sender in bits 12:10. Interrupt::SgiFrom()
  static constexpr bool kNumbersSenders = !kBySystemRegisters;

  constexpr explicit VirtualCpuInterface(Interface interface = Interface())
      : interface_(interface) {}
  VirtualCpuInterface(const VirtualCpuInterface&) = delete;
  VirtualCpuInterface& operator=(const VirtualCpuInterface&) = delete;

  /// Reads what this CPU has; every CPU that loads the vCPU has the same. Uses the first
  /// `list_registers`, 0: all. Errors: kUnsupportedFeature, kInvalidArgument, kAlreadyCreated.
  Status Create(unsigned list_registers = 0);

  /// Makes an interrupt pending. One that is pending already stays so, with the new attributes;
  /// one that is active is pending again when it ends, or, with hardware, when its hardware ends.
  /// Errors: kNotCreated, kInvalidArgument, kNoRoom.
  [[gnu::always_inline]] Status Inject(Interrupt interrupt) {
    ListRegister value = interrupt.value();
    if (!IsPlain(value)) [[unlikely]] {
      if (const Status s = Check(value); s != Status::kOk) return s;
      value = value.nmi(false);
    }
    // Its number may be another sender's, too.
    if (kNumbersSenders && IsSgiFromCpu(value)) return InjectSlowly(value);
    const unsigned empty = interface_.EmptyListRegisters() & quick_;
    unsigned i = table_.Find(value.vintid());
    if (i == Table::kNone) {
      if (empty == 0) [[unlikely]]
        return InjectSlowly(value);
      i = static_cast<unsigned>(__builtin_ctz(empty));
      if (table_.IsUsed(i)) table_.Remove(i);  // Ended by the guest.
      table_.Add(i, value);
    } else if ((empty >> i % 32 & 1) == 0) [[unlikely]] {  // None is empty while interrupts wait.
      return InjectSlowly(value);
    }
    interface_.WriteListRegister(i, ListRegister::FromRaw(value.raw() | kPendingState));
    return Status::kOk;
  }

  /// Ends a level, or takes back an edge that is pending. What is active stays so. No such
  /// interrupt: nothing to do. Error: kNotCreated.
  Status Retract(std::uint32_t intid);

  /// A guest's write of ICC_DIR_EL1 or GICV_DIR that trapped.
  void Deactivate(std::uint32_t intid);

  /// A maintenance interrupt of this CPU. The caller ends the physical interrupt.
  void ServeMaintenance();

  /// Puts this vCPU's interface on this CPU, and what the CPU had aside. Errors: kNotCreated,
  /// kLoadedElsewhere (it is loaded).
  Status Load();
  /// The same for a caller that switches ICH_VMCR_EL2, ICH_AP0R0_EL2 and ICH_AP1R0_EL2 itself, and
  /// the host's ICH_HCR_EL2; with `each_run` that is the host's until Resume().
  Status LoadShared(bool each_run);
  /// Takes it off again. Nothing to do where it is not loaded.
  void Unload();
  bool IsLoaded() const { return loaded_; }

  /// Before each entry of the guest on this CPU, which may load it: takes what was posted.
  void BeginRun() {
    where_.store(kInGuest | hal::Cpu::CurrentCpu().affinity, std::memory_order_seq_cst);
    if (inbox_.IsRung()) [[unlikely]]
      TakePosts();
  }
  /// After it.
  void EndRun() {
    const std::uint64_t here = where_.load(std::memory_order_relaxed) & ~kInGuest;
    where_.store(loaded_ ? kInHost | here : 0, std::memory_order_release);
  }
  /// A kick, while the guest's exit is handled in place.
  void TakePosts();
  /// With kEachRun, before each run and after it: the guest's ICH_HCR_EL2 comes and goes.
  void Resume();
  void Suspend();

  /// Makes an interrupt pending, or retracts one, from CPU number `sender`, one caller each; at any
  /// exception level and mask state. The data that the interrupt announces is seen before it.
  /// Errors: as Inject(); kNoRoom too when `sender` has posted too much that was not taken.
  expected<Receiver, Error> Post(unsigned sender, Interrupt interrupt, bool inject = true);

  /// Whether the guest has an interrupt to take, or something was posted: before it is left to
  /// wait.
  bool HasPending();
  /// Whether the guest handles an interrupt, whose priority is active. While it is loaded; under a
  /// VHE host that switches the controls itself, within a run.
  bool HasActivePriority() const;
  /// Forgets every interrupt and deactivates what is backed by hardware; posts stay.
  void Reset();
  /// For a CPU whose owner panics, from any point of the calls above: the host has the list
  /// registers and controls again, no hardware-backed interrupt is active, and every interrupt is
  /// forgotten. Not `powered`: the CPU lost its registers, of which none is accessed, on any CPU;
  /// Reset() follows.
  void Abandon(bool powered);

  const Error& last_error() const { return error_; }
  const Implementation& has() const { return has_; }
  /// While it is not loaded, and its caller does not share them.
  Controls& controls() { return controls_; }
  /// Calls visit(value) for each interrupt that is pending or active.
  template <class Visit>
  void ForEach(Visit visit);

 private:
  friend struct ManagerState;  // Of tests: what a state is, for those that enumerate them.
  using Table = EntryTable<kCapacity>;
  static constexpr std::uint64_t kInGuest = std::uint64_t{1} << 63;
  static constexpr std::uint64_t kInHost = std::uint64_t{1} << 62;
  static constexpr std::uint64_t kPendingState =
      WithState(ListRegister(), true, false).raw();  // Over an interrupt, which has no state.

  /// An SGI, PPI or SPI with a priority that the interface has, and nothing else to look at.
  bool IsPlain(ListRegister value) const {
    return (value.raw() & refused_) == 0 && value.vintid() < kFirstSpecial;
  }
  Status Check(ListRegister value);
  Error Examine(ListRegister value) const;
  Status Refuse(const Error& error);
  bool HasIntid(std::uint32_t intid) const;

  Status InjectSlowly(ListRegister value);
  bool SharesNumber(ListRegister value) const;
  Status Add(ListRegister value);
  Status Merge(unsigned i, ListRegister value);
  void EndInterrupt(unsigned i);

  // The three steps of everything that is not quick: slow_path.h.
  void Pull();
  void PullListRegister(unsigned i);
  void EndWaiting();
  void Push();
  void Show(const Arrangement<kCapacity>& arrangement);
  Status LoadSlowly();
  void Loaded();
  void UnloadSlowly();
  void UnlinkPpis();
  void Lose();
  void Leave();

  hal::IchHcrEl2 ReadHcr() { return live_ ? interface_.ReadHcr() : controls_.hcr; }
  void WriteHcr(hal::IchHcrEl2 hcr) {
    controls_.hcr = hcr;
    if (live_) interface_.WriteHcr(hcr);
  }

  /// What keeps Load() and Unload() off their quick paths.
  enum Special : std::uint8_t {
    kUncommon = 1,  ///< Not created; other than 4 list registers and one of active priorities.
    kShares = 2,    ///< LoadShared()
    kHasPpis = 4,   ///< Hardware-backed interrupts of this CPU.
  };
  static constexpr Implementation kCommon = [] {
    Implementation has;
    has.active_registers = 1;
    return has;
  }();
  bool Is(Special special) const { return (special_ & special) != 0; }
  void Set(Special special, bool on) {
    special_ = static_cast<std::uint8_t>(on ? special_ | special : special_ & ~special);
  }

  // What is used most comes first: pairs within reach of one instruction.
  [[no_unique_address]] Interface interface_;
  unsigned quick_ = 0;  ///< The list registers that Inject() may use at once: none while some wait.
  bool loaded_ = false;
  bool live_ = false;  ///< ICH_HCR_EL2 is this vCPU's.
  std::uint8_t special_ = kUncommon;
  bool hides_pending_ = false;  ///< Of Show().
  unsigned holds_ = 0;          ///< Of Show(): list registers with Arrangement::Holds().
  std::uint64_t refused_ = ~std::uint64_t{0};  ///< Bits that take an interrupt off the quick path.
  Controls controls_;
  // What the CPU had.
  Controls host_controls_;
  ListRegisters host_list_registers_ = {};
  Table table_;
  Implementation has_;
  unsigned count_ = 0;    ///< List registers in use,
  unsigned all_ = 0;      ///< and a bit for each.
  hal::IchVmcrEl2 vmcr_;  ///< As the last step saw it.
  Error error_;

  Word where_{0};
  Inbox<kCpus, 8, Word> inbox_;
};

}  // namespace trivet::vgic

#include "vgic/slow_path.h"  // IWYU pragma: export
#include "vgic/switching.h"  // IWYU pragma: export
