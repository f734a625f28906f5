#include "tests/guest/value_scenario.h"

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "hal/registers.h"
#include "percpu/per_cpu.h"
#include "sim/pe/violation.h"
#include "tests/guest/life.h"
#include "tests/guest/owner_values.h"
#include "tests/guest/value_rules.h"
#include "tests/support/sim/place_program.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

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
    if (others_) return true;
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
          .sve = sve_[vmid == kValueVmids[1]],
          .sme = sme_[vmid == kValueVmids[1]],
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
  // Injected into after three of the runs.
  const bool tried = call_ != nullptr && !load;
  const char* const call = std::exchange(call_, tried ? "audit" : nullptr);
  Call("after a run", cpu_.Audit(), {.enabled = true, .guest = &guest.owner});
  call_ = call;
}

/// Another user of stage 2, while the CPU is not Trivet's.
void Scenario::LetOthersRun() {
  others_ = true;
  LeaveStaleTranslations(pe_);
  others_ = false;
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
      LetOthersRun();
      call_ = "a suspend that failed";
      Call(call_, cpu_.SuspendFailed(), enabled);
      RequireNoTranslations(pe_, kEmptyTable);
      call_ = nullptr;
      Run(first_, false);
      Call("suspend again", cpu_.PrepareSuspend(), {});
      LetOthersRun();
      call_ = "resume";
      Call(call_, cpu_.Resumed(), enabled);
      RequireNoTranslations(pe_, kEmptyTable);
      call_ = nullptr;
      Run(second_, false);
      call_ = "hand-over";
      Call(call_, cpu_.HandOver(), {});
      break;
    case Ending::kPanic:
      call_ = "panic";
      cpu_.Panic();
      Call(call_, Status::kOk, {});
      break;
    case Ending::kLeaveOnCpu:
      call_ = "leave";
      Call(call_, cpu_.LeaveOnCpu(), {.guest = &second_.owner, .controls_are_hosts = true});
      RequireNoTranslations(pe_, 0);
      for (const Expectation& line : File({})) pe_.Poke(line.id, line.value);
      break;
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

void RunValueScenario(const ValueSetting& setting, Ending ending, const ValueFilter& filter) {
  alignas(Scenario) static std::byte storage[sizeof(Scenario)];
  struct Destroyed {
    Scenario* scenario;
    ~Destroyed() { std::destroy_at(scenario); }
  } const destroyed = {new (storage) Scenario(setting, filter)};
  destroyed.scenario->Live(ending);
}

}  // namespace trivet::tests
