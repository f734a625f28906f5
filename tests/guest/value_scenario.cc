#include "tests/guest/value_scenario.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "hal/guest_view.h"
#include "hal/registers.h"
#include "percpu/per_cpu.h"
#include "percpu/stage2_guard.h"
#include "sim/pe/code_map.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/violation.h"
#include "tests/guest/owner_values.h"
#include "tests/guest/value_rules.h"
#include "tests/support/sim/place_program.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/table.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr std::uint64_t kHostVectors = 0x4010'0000;
// Not where the tables are in this program: a mistake's outcome must not depend on that.
constexpr std::uint64_t kEmptyTable = 0x4300'1000;
constexpr std::uint64_t kGuestTable = 0x4400'2000;
constexpr std::uint64_t kUnmappedIpa = 0xc000'0120;
constexpr std::uint64_t kEl1hMasked = 0x3c5;
constexpr std::uint64_t kPolicyHcr = percpu::DefaultPolicy::kHcrSet.raw();
constexpr std::uint64_t kNzcv = std::uint64_t{0xa} << 28;

void HostTable(sim::Pe& pe, std::uint64_t) {
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
  RegisterId id;
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
    return GuestHcrValue(model(), setting_.open, host_hcr_ | kPolicyHcr | HcrEl2().twi(true).raw());
  }
  std::optional<std::uint64_t> Configured(RegisterId id, const TestGuest& guest) const;
  std::optional<std::uint64_t> Enabled(RegisterId id, const View& view) const;
  std::uint64_t Expected(RegisterId id, const View& view) const;
  const std::vector<Expectation>& File(const View& view) const;
  void Compare(std::string_view where, const View& view) const;
  void ExpectNothingPending(std::string_view where) const;
  void InGuest(TestGuest& guest);
  void Run(TestGuest& guest, bool load);
  void AfterRun(TestGuest& guest, bool load);
  void Call(std::string_view name, Status status, const View& view);
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
  const CpuId here_ = Cpu::CurrentCpu();
  bool mask_completes_ = true;  // A DSB has followed the last access of ICC_PMR_EL1.
  const char* call_ = nullptr;  // Null: not filtered.
  std::uint64_t host_hcr_ = 0;
  TestGuest first_, second_;
};

Scenario::Scenario(const ValueSetting& setting, const ValueFilter& filter)
    : setting_(setting),
      pe_(*setting.profile),
      program_(PlaceProgram({sim::Nop(), sim::Hvc(0x11), sim::Nop(), sim::Ldr(5, 1)})),
      first_{Owner::kFirst, kValueVmids[1], vcpu::Vcpu(ConfigFor(kValueVmids[1]))},
      second_{Owner::kSecond, kValueVmids[2], vcpu::Vcpu(ConfigFor(kValueVmids[2]))} {
  (void)program_.Map(stage2_);
  pe_.memory().MapHost(kGuestTable, &stage2_, sizeof(stage2_));
  BecomeTheHost();
  LeaveStaleTranslations(pe_);
  pe_.set_instruction_limit(64);
  pe_.SetAccessFilter([this, filter](sim::SoftwareAccess& access) {
    // What follows a mistake that was noticed is the clean-up's.
    if (std::uncaught_exceptions() != 0) return false;
    const bool passes = call_ == nullptr || !filter || filter(pe_, access, call_);
    if (passes) RequireOrder(pe_, access);
    using enum sim::SoftwareAccess::Kind;
    if (access.kind == kWrite && access.reg == RegisterId::kIccPmrEl1) mask_completes_ = false;
    mask_completes_ |= passes && access.kind == kDsb;
    return passes;
  });
}

vcpu::Config Scenario::ConfigFor(std::uint16_t vmid) {
  return {.entry = program_.entry(),
          .vtcr = vcpu::BlockStage2::vtcr(),
          .vttbr = vcpu::BlockStage2::vttbr(kGuestTable, vmid),
          .traps = HcrEl2().twi(true),
          .open = setting_.open,
          .mpidr = MpidrEl1::FromRaw(vmid),
          .counter_offset = std::uint64_t{vmid} << 20};
}

/// HCR_EL2 with bits that no guest may have; the rest of the file with the host's values.
void Scenario::BecomeTheHost() {
  const std::uint64_t leaks =
      HcrEl2().api(true).apk(true).ata(true).enscxt(true).fien(true).dct(true).raw();
  host_hcr_ = HcrEl2()
                  .imo(true)
                  .fmo(true)
                  .amo(true)
                  .rw(true)
                  .e2h(e2h())
                  .tge(setting_.kind != HostKind::kNvhe)
                  .raw();
  host_hcr_ |= leaks & model().MasksOf(RegisterId::kHcrEl2).fields;
  pe_.Poke(RegisterId::kHcrEl2, host_hcr_ | model().MasksOf(RegisterId::kHcrEl2).ones);
  host_hcr_ = pe_.Peek(RegisterId::kHcrEl2);
  pe_.Poke(RegisterId::kVbarEl2, kHostVectors);
  if (model().Has(Feature::kGicV3)) pe_.Poke(RegisterId::kIccSreEl2, 0xf);
  for (const Expectation& line : File({})) pe_.Poke(line.id, line.value);
}

std::optional<std::uint64_t> Scenario::Configured(RegisterId id, const TestGuest& guest) const {
  switch (id) {
    case RegisterId::kVtcrEl2: return guest_vtcr_;
    case RegisterId::kVttbrEl2: return std::uint64_t{guest.vmid} << 48 | kGuestTable;
    case RegisterId::kCntvoffEl2: return std::uint64_t{guest.vmid} << 20;
    case RegisterId::kVpidrEl2: return pe_.Peek(RegisterId::kMidrEl1);
    case RegisterId::kVmpidrEl2: return VmpidrEl2::Inert().raw() | guest.vmid;
    default: return std::nullopt;
  }
}

/// The registers that are Trivet's from enable to disable, or during a run.
std::optional<std::uint64_t> Scenario::Enabled(RegisterId id, const View& view) const {
  if (!view.enabled || (e2h() && !view.runs)) return std::nullopt;
  const bool guests = view.runs || (view.guest != nullptr && setting_.kind == HostKind::kNvhe);
  switch (id) {
    case RegisterId::kVbarEl2: return vectors::TableBase();
    case RegisterId::kTpidrEl2: return reinterpret_cast<std::uint64_t>(&cpu_);
    case RegisterId::kVtcrEl2: return guard_vtcr_;
    case RegisterId::kVttbrEl2: return kEmptyTable;
    case RegisterId::kHcrEl2: return guests ? GuestHcr() : host_hcr_ | kPolicyHcr;
    default: return std::nullopt;
  }
}

std::uint64_t Scenario::Expected(RegisterId id, const View& view) const {
  const std::uint64_t host = id == RegisterId::kHcrEl2 ? host_hcr_
                             : id == RegisterId::kVbarEl2
                                 ? kHostVectors
                                 : ValueOf(model(), id, e2h(), Owner::kHost);
  // A host that masks by priority; while a guest runs, every interrupt ends the run.
  if (id == RegisterId::kIccPmrEl1) return view.runs ? 0xff : 0xa0;
  if (view.guest != nullptr) {
    const TestGuest& guest = Of(*view.guest);
    const auto control = ControlValue(model(), id, e2h(), setting_.open, host);
    if (view.controls_are_hosts && control) return host;
    if (IsGuests(id, setting_.open, view.runs, e2h())) {
      return guest.has_values && !IsHeld(id) ? ValueOf(model(), id, e2h(), guest.owner)
                                             : InertValue(model(), id, e2h());
    }
    if ((view.runs || !e2h()) && !view.controls_are_hosts) {
      if (const auto value = Configured(id, guest)) return *value;
      if (control) return *control;
    }
  }
  return Enabled(id, view).value_or(host);
}

/// Computed once for each setting and view: every scenario stands at the same address.
const std::vector<Expectation>& Scenario::File(const View& view) const {
  const Owner owner = view.guest != nullptr ? *view.guest : Owner::kHost;
  const bool has_values = view.guest != nullptr && Of(owner).has_values;
  static std::map<std::tuple<const sim::Profile*, HostKind, bool, Owner, bool, bool, bool, bool>,
                  std::vector<Expectation>>
      files;
  auto& file = files[{setting_.profile, setting_.kind, setting_.open.IsEmpty(), owner, has_values,
                      view.enabled, view.runs, view.controls_are_hosts}];
  if (!file.empty()) return file;
  for (const RegisterInfo& info : AllRegisters()) {
    const bool mask = info.id == RegisterId::kIccPmrEl1 && model().Has(Feature::kGicV3);
    const bool stated = mask || info.id == RegisterId::kHcrEl2 || info.id == RegisterId::kVbarEl2;
    if (!stated && ChosenBits(model(), info.id, e2h()) == 0) continue;
    const bool deferred = model().IsDeferred(info.id) && info.sync == Sync::kContext;
    file.push_back({info.id, Expected(info.id, view), deferred});
  }
  return file;
}

void Scenario::Compare(std::string_view where, const View& view) const {
  for (const Expectation& line : File(view)) {
    const std::uint64_t got = pe_.Peek(line.id);
    if (got != line.value) FailValue(where, InfoOf(line.id).name, got, line.value);
  }
}

void Scenario::ExpectNothingPending(std::string_view where) const {
  for (const Expectation& line : File({})) {
    if (!line.deferred || !pe_.IsPending(line.id)) continue;
    FailValue(where, std::string(InfoOf(line.id).name) + " pending", 1, 0);
  }
}

void Scenario::Call(std::string_view name, Status status, const View& view) {
  if (status != Status::kOk) {
    const percpu::Error& error = cpu_.last_error();
    if (error.register_id != RegisterId::kCount)
      FailValue(name, InfoOf(error.register_id).name, error.got, error.expected);
  }
  RequireValue(name, "the status", static_cast<unsigned>(status), 0);
  Compare(name, view);
  ExpectNothingPending(name);
}

/// At EL1, after the first instruction.
void Scenario::InGuest(TestGuest& guest) {
  RequireValue("in the guest", "a DSB after ICC_PMR_EL1", mask_completes_ ? 1 : 0, 1);
  Compare("in the guest", {.enabled = true, .guest = &guest.owner, .runs = true});
  const auto& frame = guest.vcpu.frame();
  for (unsigned n = 0; n < 31; ++n)
    RequireValue("in the guest", "a general register", pe_.x(n), frame.x[n]);
  RequireValue("in the guest", "PSTATE", pe_.pstate().spsr(),
               guest.has_values ? kEl1hMasked | kNzcv : kEl1hMasked);
  guest.has_values = true;
  for (const Expectation& line : File({.enabled = true, .guest = &guest.owner, .runs = true})) {
    if (IsGuests(line.id, setting_.open, true, e2h())) pe_.Poke(line.id, line.value);
  }
  for (unsigned n = 0; n < 31; ++n) pe_.set_x(n, pe_.x(n) ^ 0xff);
  pe_.set_x(1, kUnmappedIpa + guest.vmid * 8);
  pe_.set_pstate(sim::Pstate::FromSpsr(kEl1hMasked | kNzcv));
}

void Scenario::Run(TestGuest& guest, bool load) {
  auto& frame = guest.vcpu.frame();
  frame.pc = program_.entry() + (load ? 8 : 0);
  for (unsigned n = 0; n < 31; ++n) frame.x[n] = std::uint64_t{guest.vmid} << 32 | n << 8 | load;
  bool seen = false;
  pe_.SetStepHook([&](sim::Pe& pe) {
    if (pe.pstate().el() != 1 || seen || std::uncaught_exceptions() != 0) return;
    seen = true;
    InGuest(guest);
  });
  const Result<vcpu::Exit> exit = guest.vcpu.Run(cpu_);
  pe_.SetStepHook(nullptr);
  RequireValue("run", "the status", static_cast<unsigned>(exit.error_or(Status::kOk)), 0);
  RequireValue("run", "the guest seen", seen ? 1 : 0, 1);
  const std::uint64_t address = kUnmappedIpa + guest.vmid * 8;
  load ? RequireAbort(*exit, address) : RequireHypercall(*exit, 0x11);
  AfterRun(guest, load);
}

void Scenario::AfterRun(TestGuest& guest, bool load) {
  const auto& frame = guest.vcpu.frame();
  for (unsigned n = 0; n < 31; ++n) {
    const std::uint64_t given = std::uint64_t{guest.vmid} << 32 | n << 8 | load;
    RequireValue("after a run", "a general register", frame.x[n],
                 n == 1 ? kUnmappedIpa + guest.vmid * 8 : given ^ 0xff);
  }
  RequireValue("after a run", "PC", frame.pc, program_.entry() + (load ? 12 : 8));
  RequireValue("after a run", "PSTATE", frame.pstate, kEl1hMasked | kNzcv);
  RequireValue("after a run", "HCR_EL2", guest.vcpu.hcr().value().tge(false).raw(), GuestHcr());
  const char* const call = std::exchange(call_, nullptr);
  Call("after a run", cpu_.Audit(), {.enabled = true, .guest = &guest.owner});
  call_ = call;
}

void Scenario::Live(Ending ending) {
  const View enabled = {.enabled = true};
  call_ = "enable";
  Call("create", cpu_.Create(here_), {});
  Call("enable", cpu_.HardwareEnable(), enabled);
  RequireNoTranslations(pe_, kEmptyTable);
  call_ = "first run";
  Run(first_, false);
  call_ = "run of another";
  Run(second_, false);
  call_ = "run of the first";
  Run(first_, true);
  call_ = "run again";
  Run(first_, false);
  call_ = "unload";
  const View loaded = {.enabled = true, .guest = &first_.owner};
  Call("unload of another guest", second_.vcpu.Unload(cpu_), loaded);
  Call("unload", first_.vcpu.Unload(cpu_), enabled);
  call_ = "run after unload";
  Run(second_, true);
  End(ending);
}

void Scenario::End(Ending ending) {
  constexpr View enabled = {.enabled = true};
  switch (ending) {
    case Ending::kDisable:
      call_ = "disable";
      Call(call_, cpu_.HardwareDisable(), {});
      break;
    case Ending::kSuspend:
      call_ = "suspend";
      Call(call_, cpu_.PrepareSuspend(), {});
      RequireNoTranslations(pe_, 0);
      call_ = "a suspend that failed";
      Call(call_, cpu_.SuspendFailed(), enabled);
      RequireNoTranslations(pe_, kEmptyTable);
      Run(first_, false);
      Call("suspend again", cpu_.PrepareSuspend(), {});
      Call("resume", cpu_.Resumed(), enabled);
      Run(second_, false);
      Call("hand-over", cpu_.HandOver(), {});
      break;
    case Ending::kPanic:
      call_ = "panic";
      cpu_.Panic();
      Call(call_, Status::kOk, {});
      break;
    case Ending::kLeaveOnCpu:
      call_ = "leave";
      Call(call_, cpu_.LeaveOnCpu(), {.guest = &second_.owner, .controls_are_hosts = true});
      return;
  }
  RequireNoTranslations(pe_, 0);
  call_ = nullptr;
  Again(ending);
}

/// What was saved last is what both guests find. After a panic the loaded one has lost its own.
void Scenario::Again(Ending ending) {
  if (ending == Ending::kSuspend || ending == Ending::kPanic) (void)cpu_.Create(here_);
  Call("enable again", cpu_.HardwareEnable(), {.enabled = true});
  Run(first_, false);
  if (ending != Ending::kPanic) Run(second_, false);
  Call("disable again", cpu_.HardwareDisable(), {});
}

}  // namespace

void RunValueScenario(const ValueSetting& setting, Ending ending, const ValueFilter& filter) {
  alignas(Scenario) static std::byte storage[sizeof(Scenario)];
  struct Destroyed {
    Scenario* scenario;
    ~Destroyed() { std::destroy_at(scenario); }
  } const destroyed = {new (storage) Scenario(setting, filter)};
  destroyed.scenario->Live(ending);
}

}  // namespace trivet::tests
