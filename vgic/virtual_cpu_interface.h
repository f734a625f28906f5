#pragma once

#include <atomic>
#include <cstdint>
#include <expected>

#include "hal/cpu.h"
#include "hal/cpu_id.h"
#include "hal/status.h"
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

/// What the caller of Load() switches itself.
enum class Switching : std::uint8_t {
  kAll,      ///< Nothing.
  kShared,   ///< ICH_HCR_EL2, ICH_VMCR_EL2, ICH_AP0R0_EL2 and ICH_AP1R0_EL2, for a GICv3.
  kEachRun,  ///< The same, and ICH_HCR_EL2 with each run.
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
    const ListRegister value = interrupt.value();
    if (!IsPlain(value)) [[unlikely]] {
      if (const Status s = Check(value); s != Status::kOk) return s;
    }
    const unsigned empty = interface_.EmptyListRegisters() & quick_;
    unsigned i = table_.Find(value.vintid());
    if (i == Table::kNone) {
      if (empty == 0) [[unlikely]]
        return InjectSlowly(value);
      i = static_cast<unsigned>(__builtin_ctz(empty));
      if (table_.IsUsed(i)) table_.Remove(i);  // Ended by the guest.
      table_.Add(i, value);
    } else if ((i >= Table::kFirstWaiting) || (empty >> i & 1) == 0) [[unlikely]] {
      return InjectSlowly(value);
    }
    const ListRegister pending = WithState(value, true, false);
    table_.Set(i, pending);
    interface_.WriteListRegister(i, pending);
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
  Status Load(Switching switching = Switching::kAll);
  /// Takes it off again. Nothing to do where it is not loaded.
  void Unload();
  bool IsLoaded() const { return loaded_; }

  /// Before each entry of the guest on this CPU, which may load it: takes what was posted.
  void BeginRun() {
    if (!loaded_) [[unlikely]]
      place_ = hal::Cpu::CurrentCpu().affinity;
    where_.store(kInGuest | place_, std::memory_order_seq_cst);
    if (inbox_.IsRung()) [[unlikely]]
      TakePosts();
  }
  /// After it.
  void EndRun() { where_.store(loaded_ ? kInHost | place_ : 0, std::memory_order_release); }
  /// A kick, while the guest's exit is handled in place.
  void TakePosts();
  /// With kEachRun, before each run and after it: the guest's ICH_HCR_EL2 comes and goes.
  void Resume();
  void Suspend();

  /// Makes an interrupt pending, or retracts one, from CPU number `sender`, one caller each; at any
  /// exception level and mask state. The data that the interrupt announces is seen before it.
  /// Errors: as Inject(); kNoRoom too when `sender` has posted too much that was not taken.
  std::expected<Receiver, Error> Post(unsigned sender, Interrupt interrupt, bool inject = true);

  /// Whether the guest has an interrupt to take, or something was posted: before it is left to
  /// wait.
  bool HasPending();
  /// Forgets every interrupt and deactivates what is backed by hardware; posts stay.
  void Reset();

  const Error& last_error() const { return error_; }
  const Implementation& has() const { return has_; }
  /// ICH_VMCR_EL2 and the active priorities while it is not loaded; with kShared of no meaning.
  Controls& controls() { return controls_; }
  /// Calls visit(value) for each interrupt that is pending or active.
  template <class Visit>
  void ForEach(Visit visit);

 private:
  friend struct ManagerState;  // Of tests: what a state is, for those that enumerate them.
  using Table = EntryTable<kCapacity>;
  static constexpr std::uint64_t kInGuest = std::uint64_t{1} << 63;
  static constexpr std::uint64_t kInHost = std::uint64_t{1} << 62;

  /// No more to check than that it is an interrupt of software, edge, SGI, PPI or SPI.
  bool IsPlain(ListRegister value) const {
    return (value.raw() & refused_) == 0 && value.vintid() < kFirstSpecial;
  }
  Status Check(ListRegister value);
  Error Examine(ListRegister value) const;
  Status Refuse(const Error& error);
  bool HasIntid(std::uint32_t intid) const;

  Status InjectSlowly(ListRegister value);
  Status Add(ListRegister value);
  Status Merge(unsigned i, ListRegister value);
  void EndInterrupt(unsigned i);

  // The three steps of everything that is not quick: slow_path.h.
  void Pull();
  void PullListRegister(unsigned i);
  void EndWaiting();
  void Push();
  void Show();
  void UnlinkPpis();

  hal::IchHcrEl2 ReadHcr() { return live_ ? interface_.ReadHcr() : hcr_; }
  void WriteHcr(hal::IchHcrEl2 hcr) {
    hcr_ = hcr;
    if (live_) interface_.WriteHcr(hcr);
  }

  [[no_unique_address]] Interface interface_;
  unsigned quick_ = 0;  ///< The list registers that Inject() may use at once.
  std::uint64_t refused_ = ~std::uint64_t{0};  ///< Bits that take an interrupt off the quick path.
  Table table_;
  Implementation has_;
  unsigned count_ = 0;  ///< List registers in use.
  bool loaded_ = false;
  bool live_ = false;  ///< ICH_HCR_EL2 is this vCPU's.
  bool has_ppis_ = false;
  bool hides_pending_ = false;  ///< Of Show().
  Switching switching_ = Switching::kAll;
  hal::IchHcrEl2 hcr_ = hal::IchHcrEl2().en(true);
  hal::IchVmcrEl2 vmcr_;  ///< As the last step saw it.
  Controls controls_;
  Error error_;
  std::uint64_t place_ = 0;
  // What the CPU had.
  ListRegisters host_list_registers_ = {};
  Controls host_controls_;
  hal::IchHcrEl2 host_hcr_;

  Word where_{0};
  Inbox<kCpus, 8, Word> inbox_;
};

}  // namespace trivet::vgic

#include "vgic/slow_path.h"  // IWYU pragma: export
#include "vgic/switching.h"  // IWYU pragma: export
