// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "percpu/stage2_guard.h"
#include "sim/model/model.h"
#include "sim/pe/code_map.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/violation.h"
#include "tests/guest/guest_scenario.h"
#include "tests/guest/owner_values.h"
#include "tests/guest/value_scenario.h"
#include "tests/support/guest_code.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

/// One life of two guests and their host: value_scenario.cc has what happens, expected_file.cc what
/// each register must hold.
namespace trivet::tests {

inline constexpr std::uint64_t kHostVectors = 0x4010'0000;
// Not where the tables are in this program: a mistake's outcome must not depend on that.
inline constexpr std::uint64_t kEmptyTable = 0x4300'1000;
inline constexpr std::uint64_t kGuestTable = 0x4400'2000;
inline constexpr unsigned kSveGranules = 4;  // Of each guest's vectors,
inline constexpr unsigned kSmeGranules = 2;  // and of its streaming vectors.
inline constexpr std::uint64_t kEl1hMasked = 0x3c5;
inline constexpr std::uint64_t kPolicyHcr = percpu::DefaultPolicy::kHcrSet.raw();
inline constexpr std::uint64_t kNzcv = std::uint64_t{0xa} << 28;

inline void HostTable(sim::Pe& pe, std::uint64_t) {
  throw sim::Violation(pe.Where() + ": an exception to the host's vectors");
}

struct ValuesHost {
  static vectors::Handlers HandlersFor(CpuId cpu) { return TestHost::HandlersFor(cpu); }
  static std::uint64_t PhysicalAddressOf(const void*) { return kEmptyTable; }
};

/// Whose values the registers have.
struct View {
  bool enabled = false;             ///< Between enable and disable.
  const Owner* guest = nullptr;     ///< Its registers are loaded.
  bool runs = false;                ///< It executes.
  bool controls_are_hosts = false;  ///< Although its registers are loaded.
  bool vectors = false;             ///< Its vector registers are in the CPU, if it has any.
};

/// A register's value, whether indirect readers may see an older one, and whether a running guest
/// has one of its own.
struct Expectation {
  hal::RegisterId id;
  std::uint64_t value;
  bool deferred, guests;
};

struct TestGuest {
  Owner owner;
  std::uint16_t vmid;
  vcpu::Vcpu vcpu;
  bool has_values = false;  ///< It has run, and has chosen its values.
};

/// The bytes of an object that is not copied, to be put back in its place.
template <class T>
class Saved {
 public:
  static_assert(std::is_trivially_destructible_v<T>);
  void Save(const T& object) { std::memcpy(bytes_, &object, sizeof(T)); }
  void Restore(T& object) const { std::memcpy(static_cast<void*>(&object), bytes_, sizeof(T)); }

 private:
  std::byte bytes_[sizeof(T)];
};

class Scenario {
 public:
  explicit Scenario(const ValueSetting& setting);
  ~Scenario() { pe_.SetAccessFilter(nullptr); }
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  /// A call of the life, and what is checked after it.
  struct Step {
    const char* call;  ///< Null: not filtered.
    void (*perform)(Scenario&);
  };
  static std::vector<Step> StepsTo(Ending ending);
  static constexpr std::size_t kStepsBeforeEnding = 7;
  void Perform(const Step& step, const ValueFilter* filter);

  /// What a step begins with.
  struct State {
    sim::PeState pe;
    Saved<percpu::PerCpu<ValuesHost>> cpu;
    Saved<TestGuest> first, second;
    Saved<vectors::SveMemory<vectors::kMaxSveGranules>[2]> sve;
    bool mask_completes;
  };
  void Save(State& to) const;
  void Restore(const State& from);

 private:
  bool e2h() const { return setting_.e2h(); }
  const sim::Model& model() const { return pe_.model(); }
  vcpu::Config ConfigFor(std::uint16_t vmid);
  /// Of each run: the first use of a vector register, if the guest may.
  sim::Instruction first_instruction() const {
    return setting_.open.Has(hal::Capability::kFp) ? sim::FpAdd() : sim::Nop();
  }
  void BecomeTheHost();
  void WriteHostsValues();
  std::uint64_t GuestHcr() const {
    return GuestHcrValue(model(), setting_.open,
                         host_hcr_ | kPolicyHcr | hal::HcrEl2().twi(true).raw());
  }
  std::optional<std::uint64_t> Configured(hal::RegisterId id, const TestGuest& guest) const;
  std::optional<std::uint64_t> Enabled(hal::RegisterId id, const View& view) const;
  std::uint64_t Expected(hal::RegisterId id, const View& view) const;
  const std::vector<Expectation>& File(const View& view) const;
  void Compare(std::string_view where, const View& view) const;
  void ExpectNothingPending(std::string_view where) const;
  void InGuest(TestGuest& guest);
  void Run(TestGuest& guest, bool load);
  void AfterRun(TestGuest& guest, bool load);
  void Call(std::string_view name, Status status, const View& view);
  void LetOthersRun();
  bool PassesFilter(sim::SoftwareAccess& access);
  /// Between runs.
  View Loaded(const TestGuest& guest) const {
    return {.enabled = true, .guest = &guest.owner, .vectors = !e2h()};
  }
  const vectors::VectorState& Vectors(const View& view) const;
  void Enable(std::string_view name, Status status);
  void Leave(std::string_view name, Status status);
  void Suspend();
  void UnloadBoth();
  void LeaveOnCpu();
  const TestGuest& Of(Owner owner) const { return owner == Owner::kFirst ? first_ : second_; }

  const ValueSetting setting_;
  const ValueFilter* filter_ = nullptr;
  sim::Pe pe_;
  sim::ScopedPe current_{pe_};
  sim::ScopedCode code_{kHostVectors, 0x800, &HostTable};
  percpu::PerCpu<ValuesHost> cpu_;
  vcpu::BlockStage2 stage2_;
  GuestCode program_;
  // Computed by code that reads the CPU: before the filter.
  const std::uint64_t guest_vtcr_ = vcpu::BlockStage2::vtcr().raw();
  const std::uint64_t guard_vtcr_ = percpu::OneLevelStage2().raw();
  const CpuId here_ = hal::Cpu::CurrentCpu();
  bool mask_completes_ = true;  // A DSB has followed the last access of ICC_PMR_EL1.
  bool others_ = false;         // Other code than Trivet's accesses registers.
  const char* call_ = nullptr;  // Null: not filtered.
  std::uint64_t host_hcr_ = 0, host_tpidr_ = 0;
  vectors::SveMemory<vectors::kMaxSveGranules> sve_[2];  // More: mistakes may use more.
  vectors::SmeMemory<kSmeGranules> sme_[2];
  TestGuest first_, second_;
  const std::array<vectors::VectorState, 3> vectors_;  // By Owner.
  static constexpr std::size_t kViews = 3 * 2 * 2 * 2 * 2 * 2;
  mutable std::array<std::vector<Expectation>, kViews> files_;
};

}  // namespace trivet::tests
