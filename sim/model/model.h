// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "hal/register_info.h"
#include "sim/model/rules.h"
#include "sim/pe/routing.h"
#include "sim/profiles/profile.h"

/// A profile compiled into tables: what each register name does at each EL, decided once.
namespace trivet::sim {

/// Why an access is UNDEFINED, or what else is wrong with it.
enum class Outcome : std::uint8_t {
  kOk,
  kMissingFeature,  ///< The CPU lacks the register.
  kWrongEl,         ///< The name is not accessible at this EL.
  kReadOnly,
  kWriteOnly,
  kNeedsE2h,  ///< An _EL12 or _EL02 name with HCR_EL2.E2H clear.
  // Not architectural faults: HCR_EL2.E2H changed without an ISB, and decides what is reached; a
  // typed layout does not match HCR_EL2.E2H.
  kUnsynchronized,
  kWrongLayout,
};

const char* RuleText(Outcome outcome);

/// What happens beyond storing a value.
enum Effect : std::uint8_t {
  kNoEffect = 0,
  kDeferred = 1 << 0,   ///< Indirect readers may see the old value until a context synchronization.
  kBitwise = 1 << 3,    ///< Some bits set or clear instead of storing.
  kInterface = 1 << 4,  ///< Served by the interrupt controller: ICC_IAR1_EL1 and its like.
  kTrappable = 1 << 1,  ///< At EL2: a control of EL2's own may trap it.
  kComputed = 1 << 2,   ///< Reading it is not reading storage: CurrentEL, DAIF, ICH_MISR_EL2.
};

/// One register name at one EL and one value of HCR_EL2.E2H. One cache line: an access reads one.
struct alignas(64) AccessPlan {
  hal::RegisterId storage = hal::RegisterId::kCount;
  Outcome read = Outcome::kWrongEl;
  Outcome write = Outcome::kWrongEl;
  bool reads_slowly = true;   ///< Not allowed, or what is read is not what is stored.
  bool writes_slowly = true;  ///< Not allowed, or more happens than that bits are stored or not.
  std::uint8_t effects = kNoEffect;
  std::uint64_t stores = 0;    ///< Bits that keep what is written.
  std::uint64_t ones = 0;      ///< Bits that read as one whatever is written: RES1 and RAO/WI.
  std::uint64_t keeps = 0;     ///< Bits that a write leaves as they are: hardware owns them.
  std::uint64_t reserved = 0;  ///< RES0 and RES1 bits, and fields of features this CPU lacks.
  std::uint64_t reserved_value = 0;  ///< What software must write there.
  std::uint64_t control = 0;         ///< Bits whose change changes more than the register.
  std::uint64_t fundamental = 0;  ///< Of those, the ones that change rarely and much: HCR_EL2.E2H.

  friend bool operator==(const AccessPlan&, const AccessPlan&) = default;
};
static_assert(sizeof(AccessPlan) == 64);

/// The bits of one description on one CPU.
struct BitMasks {
  std::uint64_t fields = 0;  ///< Writable fields that this CPU has.
  std::uint64_t stores = 0;  ///< Those, and whatever else keeps what is written.
  std::uint64_t ones = 0;
  std::uint64_t res0 = 0;
  std::uint64_t res1 = 0;
  std::uint64_t keeps = 0;
  std::uint64_t sets = 0;    ///< A written 1 sets the bit, a written 0 leaves it.
  std::uint64_t clears = 0;  ///< A written 1 clears the bit, a written 0 leaves it.
  std::uint64_t reset_known =
      0;  ///< Fields with an architectural warm reset value, and all reserved bits.
  std::uint64_t reset_value = 0;
};

/// A deliberate mistake in a model, to test that tests notice.
struct Alteration {
  RuleEdit rule;
  std::function<void(RoutingTable&)> routing;
  hal::RegisterId lost_register = hal::RegisterId::kCount;  ///< Which loses lost_bits when written.
  std::uint64_t lost_bits = 0;
};

class Model {
 public:
  using Plans = std::array<AccessPlan, hal::kRegisterCount>;

  /// Compiles the profile, or returns what was compiled for an equal one. Thread-safe.
  static std::shared_ptr<const Model> For(const Profile& profile);

  /// A model of its own with a mistake in it.
  static std::shared_ptr<const Model> Altered(const Profile& profile, const Alteration& alteration);

  explicit Model(const Profile& profile);

  const Profile& profile() const { return profile_; }
  const hal::FeatureSet& features() const { return features_; }
  bool Has(hal::Feature feature) const { return features_.Has(feature); }

  /// el is 0, 1 or 2.
  const Plans& PlansAt(unsigned el, bool e2h) const { return plans_[el][e2h]; }
  /// At EL2 after HCR_EL2.E2H was changed and before the change is synchronized.
  const Plans& PlansWhileE2hChanges() const { return changing_; }
  /// What may trap an access, in the order of checking.
  std::span<const Rule> RulesFor(AccessId id) const { return rules_[id.index()]; }
  /// InfoOf(id).storage and whether indirect readers may see an older value, without the
  /// description.
  hal::RegisterId StorageOf(hal::RegisterId id) const {
    return storage_[static_cast<unsigned>(id)];
  }
  bool IsDeferred(hal::RegisterId id) const { return deferred_[static_cast<unsigned>(id)]; }
  /// False when the CPU has none of the rule's control fields.
  bool HasControlOf(const Rule& rule) const;
  const RoutingTable& routing() const { return routing_; }
  /// The fields of HCR_EL2 that a TLB may hold.
  std::uint64_t tlb_cached_hcr() const { return tlb_cached_hcr_; }
  const BitMasks& MasksOf(hal::RegisterId id) const { return masks_[static_cast<unsigned>(id)]; }

 private:
  void SetRules(std::vector<std::vector<Rule>> rules);
  bool Exists(const hal::RegisterInfo& info) const;
  BitMasks ComputeMasks(const hal::RegisterInfo& info) const;
  void AddField(BitMasks& masks, const hal::FieldInfo& field) const;
  void AddFixed(BitMasks& masks, const hal::RegisterInfo& info) const;
  void AddReset(BitMasks& masks, const hal::FieldInfo& field) const;
  void ReservePriorities(BitMasks& masks) const;
  void ShareLayouts();
  std::uint64_t ControlBits(hal::RegisterId id) const;
  AccessPlan ComputePlan(const hal::RegisterInfo& info, unsigned el, bool e2h) const;
  Outcome Legality(const hal::RegisterInfo& info, unsigned el, bool e2h) const;

  Profile profile_;
  hal::FeatureSet features_;
  std::array<BitMasks, hal::kRegisterCount> masks_;
  std::array<std::array<Plans, 2>, 3> plans_;
  Plans changing_;
  std::uint64_t tlb_cached_hcr_ = 0;
  std::vector<std::vector<Rule>> rules_;
  RoutingTable routing_;
  std::array<hal::RegisterId, hal::kRegisterCount> storage_;
  std::array<bool, hal::kRegisterCount> deferred_;
};

/// Registers whose accesses the GIC CPU interface performs.
bool IsInterfaceRegister(hal::RegisterId id);

/// Names that EL1 uses for a virtual register while one of these HCR_EL2 bits is set, and for the
/// stored one otherwise; 0 for every other name. [arm-arm] HCR_EL2.AMO; [gic] ICV_*.
std::uint64_t RedirectingBits(hal::RegisterId id);

/// The description called `name`, for example "HCR_EL2"; kCount when there is none. Of two layouts
/// the one for HCR_EL2.E2H = 0.
hal::RegisterId FindRegister(std::string_view name);

/// The field of that name; null when there is none.
const hal::FieldInfo* FindField(const hal::RegisterInfo& info, std::string_view name);
/// The same for a name in one of the simulator's tables; throws a Violation when there is none.
const hal::FieldInfo& FieldNamed(const hal::RegisterInfo& info, std::string_view name);

/// The description of a stored register that holds with HCR_EL2.E2H = 1: its E2H layout if it has
/// one.
hal::RegisterId E2hLayoutOf(hal::RegisterId id);

/// The lowest EL an encoding is accessible from. [arm-arm] "op1" in System register encodings.
unsigned LeastEl(const hal::RegisterInfo& info);

}  // namespace trivet::sim
