#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "percpu/stage2_guard.h"
#include "sim/model/model.h"
#include "sim/pe/code_map.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/violation.h"
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
inline constexpr std::uint64_t kUnmappedIpa = 0xc000'0120;
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
};

/// A register's value, and whether indirect readers may see an older one.
struct Expectation {
  hal::RegisterId id;
  std::uint64_t value;
  bool deferred;
};

struct TestGuest {
  Owner owner;
  std::uint16_t vmid;
  vcpu::Vcpu vcpu;
  bool has_values = false;  ///< It has run, and has chosen its values.
};

class Scenario {
 public:
  Scenario(const ValueSetting& setting, const ValueFilter& filter);
  ~Scenario() { pe_.SetAccessFilter(nullptr); }
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  void Live(Ending ending);

 private:
  bool e2h() const { return setting_.e2h(); }
  const sim::Model& model() const { return pe_.model(); }
  vcpu::Config ConfigFor(std::uint16_t vmid);
  void BecomeTheHost();
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
  void End(Ending ending);
  void Again(Ending ending);
  const TestGuest& Of(Owner owner) const { return owner == Owner::kFirst ? first_ : second_; }

  const ValueSetting setting_;
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
  std::uint64_t host_hcr_ = 0;
  vectors::SveMemory<4> sve_[2];
  vectors::SmeMemory<2> sme_[2];
  TestGuest first_, second_;
};

}  // namespace trivet::tests
