// SPDX-License-Identifier: Apache-2.0 OR MIT
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

Scenario::Scenario(const ValueSetting& setting)
    : setting_(setting),
      pe_(*setting.profile),
      program_(
          PlaceProgram({first_instruction(), sim::Hvc(0x11), first_instruction(), sim::Ldr(5, 1)})),
      first_{Owner::kFirst, kValueVmids[1], vcpu::Vcpu(ConfigFor(kValueVmids[1]))},
      second_{Owner::kSecond, kValueVmids[2], vcpu::Vcpu(ConfigFor(kValueVmids[2]))},
      vectors_{VectorsOf(model(), Owner::kHost), VectorsOf(model(), Owner::kFirst),
               VectorsOf(model(), Owner::kSecond)} {
  (void)program_.Map(stage2_);
  pe_.memory().MapHost(kGuestTable, &stage2_, sizeof(stage2_));
  BecomeTheHost();
  for (TestGuest* const guest : {&first_, &second_})
    guest->vcpu.registers().load.Set<CpacrEl1>(
        CpacrEl1::FromRaw(InertValue(model(), RegisterId::kCpacrEl1, e2h())));
  LeaveStaleTranslations(pe_);
  pe_.set_instruction_limit(64);
  pe_.SetAccessFilter([this](sim::SoftwareAccess& access) { return PassesFilter(access); });
}

bool Scenario::PassesFilter(sim::SoftwareAccess& access) {
  // What follows a mistake that was noticed is the clean-up's.
  if (std::uncaught_exceptions() != 0) return false;
  if (others_) return true;
  const bool passes = call_ == nullptr || filter_ == nullptr || (*filter_)(pe_, access, call_);
  if (passes) RequireOrder(pe_, access);
  using enum sim::SoftwareAccess::Kind;
  if (access.kind == kWrite && access.reg == RegisterId::kIccPmrEl1) mask_completes_ = false;
  mask_completes_ |= passes && access.kind == kDsb;
  return passes;
}

void Scenario::Save(State& to) const {
  to.pe = pe_.Snapshot();
  to.cpu.Save(cpu_);
  to.first.Save(first_);
  to.second.Save(second_);
  to.sve.Save(sve_);
  to.mask_completes = mask_completes_;
}

void Scenario::Restore(const State& from) {
  pe_.SetStepHook(nullptr);
  pe_.Restore(from.pe);
  from.cpu.Restore(cpu_);
  from.first.Restore(first_);
  from.second.Restore(second_);
  from.sve.Restore(sve_);
  mask_completes_ = from.mask_completes;
  others_ = false;
}

vcpu::Config Scenario::ConfigFor(std::uint16_t vmid) {
  vectors::SveArea sve = sve_[vmid == kValueVmids[1]];
  sve.granules = kSveGranules;
  return {.entry = program_.entry(),
          .vtcr = vcpu::BlockStage2::vtcr(),
          .vttbr = vcpu::BlockStage2::vttbr(kGuestTable, vmid),
          .traps = HcrEl2().twi(true),
          .open = setting_.open,
          .sve = sve,
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
  host_tpidr_ = ValueOf(model(), RegisterId::kTpidrEl2, e2h(), Owner::kHost);
  pe_.Poke(RegisterId::kVbarEl2, kHostVectors);
  if (model().Has(Feature::kGicV3)) pe_.Poke(RegisterId::kIccSreEl2, 0xf);
  WriteHostsValues();
}

void Scenario::WriteHostsValues() {
  for (const Expectation& line : File({})) pe_.Poke(line.id, line.value);
  for (unsigned n = 0; n < sim::kVectors; ++n) pe_.set_vector(n, vectors_[0].v[n]);
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
  const View view = {.enabled = true, .guest = &guest.owner, .runs = true, .vectors = true};
  Compare("in the guest", view);
  const auto& frame = guest.vcpu.frame();
  for (unsigned n = 0; n < 31; ++n)
    RequireValue("in the guest", "a general register", pe_.x(n), frame.x[n]);
  RequireValue("in the guest", "PSTATE", pe_.pstate().spsr(),
               guest.has_values ? kEl1hMasked | kNzcv : kEl1hMasked);
  guest.has_values = true;
  for (const Expectation& line : File(view)) {
    if (line.guests) pe_.Poke(line.id, line.value);
  }
  for (unsigned n = 0; n < sim::kVectors; ++n) pe_.set_vector(n, Vectors(view).v[n]);
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
  Call("after a run", cpu_.Audit(), Loaded(guest));
  call_ = call;
}

/// Another user of stage 2, while the CPU is not Trivet's.
void Scenario::LetOthersRun() {
  others_ = true;
  LeaveStaleTranslations(pe_);
  others_ = false;
}

void Scenario::Suspend() {
  Call("suspend", cpu_.PrepareSuspend(), {});
  RequireNoTranslations(pe_, 0);
  LetOthersRun();
}

void Scenario::Enable(std::string_view name, Status status) {
  Call(name, status, {.enabled = true});
  RequireNoTranslations(pe_, kEmptyTable);
  RequireValue(name, "host_hcr()", cpu_.host_hcr().raw(), host_hcr_);
  RequireValue(name, "host_vector_base()", cpu_.host_vector_base().raw(), kHostVectors);
  RequireValue(name, "host_tpidr()", cpu_.host_tpidr().raw(), host_tpidr_);
}

void Scenario::Leave(std::string_view name, Status status) {
  Call(name, status, {});
  RequireNoTranslations(pe_, 0);
}

void Scenario::UnloadBoth() {
  Call("unload of another guest", second_.vcpu.Unload(cpu_), Loaded(first_));
  Call("unload", first_.vcpu.Unload(cpu_), {.enabled = true});
}

void Scenario::LeaveOnCpu() {
  Call("leave", cpu_.LeaveOnCpu(), {.guest = &second_.owner, .controls_are_hosts = true});
  RequireNoTranslations(pe_, 0);
  WriteHostsValues();
}

using S = Scenario;

/// What was saved last is what both guests find after the ending. After a panic the loaded one has
/// lost its own.
std::vector<Scenario::Step> Scenario::StepsTo(Ending ending) {
  std::vector<Step> steps = {
      {"enable",
       [](S& s) { (void)s.cpu_.Create(s.here_), s.Enable("enable", s.cpu_.HardwareEnable()); }},
      {"first run", [](S& s) { s.Run(s.first_, false); }},
      {"run of another", [](S& s) { s.Run(s.second_, false); }},
      {"run of the first", [](S& s) { s.Run(s.first_, true); }},
      {"run again", [](S& s) { s.Run(s.first_, false); }},
      {"unload", [](S& s) { s.UnloadBoth(); }},
      {"run after unload", [](S& s) { s.Run(s.second_, true); }}};
  const auto add = [&steps](std::initializer_list<Step> more) { steps.insert(steps.end(), more); };
  switch (ending) {
    case Ending::kDisable:
      add({{"disable", [](S& s) { s.Leave("disable", s.cpu_.HardwareDisable()); }}});
      break;
    case Ending::kSuspend:
      add({{"suspend", [](S& s) { s.Suspend(); }},
           {"a suspend that failed",
            [](S& s) { s.Enable("a suspend that failed", s.cpu_.SuspendFailed()); }},
           {nullptr, [](S& s) { s.Run(s.first_, false); }},
           {nullptr, [](S& s) { s.Suspend(); }},
           {"resume", [](S& s) { s.Enable("resume", s.cpu_.Resumed()); }},
           {nullptr, [](S& s) { s.Run(s.second_, false); }},
           {"hand-over", [](S& s) { s.Leave("hand-over", s.cpu_.HandOver()); }}});
      break;
    case Ending::kPanic:
      add({{"panic", [](S& s) { s.cpu_.Panic(), s.Leave("panic", Status::kOk); }}});
      break;
    case Ending::kLeaveOnCpu: add({{"leave", [](S& s) { s.LeaveOnCpu(); }}}); break;
  }
  add({{nullptr,
        [](S& s) {
          (void)s.cpu_.Create(s.here_), s.Enable("enable again", s.cpu_.HardwareEnable());
        }},
       {nullptr, [](S& s) { s.Run(s.first_, false); }}});
  if (ending == Ending::kPanic) {
    add({{nullptr, [](S& s) { s.Leave("disable again", s.cpu_.HardwareDisable()); }}});
  } else {
    add({{nullptr, [](S& s) { s.Run(s.second_, false); }},
         {nullptr, [](S& s) { s.LeaveOnCpu(); }}});
  }
  return steps;
}

void Scenario::Perform(const Step& step, const ValueFilter* filter) {
  filter_ = filter;
  call_ = step.call;
  step.perform(*this);
  call_ = nullptr;
}

}  // namespace trivet::tests
