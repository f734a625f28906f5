// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/value_rules.h"

#include <format>
#include <initializer_list>
#include <string>

#include "hal/registers.h"
#include "sim/pe/violation.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

std::uint64_t E2hOf(const sim::Pe& pe) {
  return pe.Peek(RegisterId::kHcrEl2) & HcrEl2().e2h(true).raw();
}

}  // namespace

void FailValue(std::string_view where, std::string_view what, std::uint64_t got,
               std::uint64_t expected) {
  throw sim::Violation(std::format("{}: {} is {:#x}, not {:#x}", where, what, got, expected));
}

void RequireAbort(const vcpu::Exit& exit, std::uint64_t address) {
  RequireValue("run", "a data abort", exit.reason == vcpu::ExitReason::kDataAbort ? 1 : 0, 1);
  RequireValue("run", "FAR_EL2", exit.fault.virtual_address.value_or(0), address);
  RequireValue("run", "HPFAR_EL2", exit.fault.intermediate_address.value_or(0), address);
}

void RequireHypercall(const vcpu::Exit& exit, std::uint64_t immediate) {
  RequireValue("run", "a hypercall", exit.reason == vcpu::ExitReason::kHypercall ? 1 : 0, 1);
  RequireValue("run", "the immediate", exit.syndrome.immediate(), immediate);
}

namespace {

/// What counts while PMCR_EL0.E is set and seen to be.
bool IsCounter(RegisterId id) {
  using enum RegisterId;
  return id == kPmccntrEl0 || (id >= kPmevcntr0El0 && id <= kPmevcntr30El0);
}

/// A counter that runs while it is saved may overflow after its flag was read.
void RequireStoppedCounters(const sim::Pe& pe, RegisterId id) {
  const bool runs = (pe.Peek(RegisterId::kPmcrEl0) & PmcrEl0().e(true).raw()) != 0;
  if (!runs && !pe.IsPending(RegisterId::kPmcrEl0)) return;
  throw sim::Violation(InfoOf(id).name + std::string(" is accessed while it counts"));
}

/// [arm-arm] OSECCR_EL1: UNKNOWN, and writes ignored, without the OS lock.
void RequireOsLock(const sim::Pe& pe) {
  const bool locked = OslsrEl1::FromRaw(pe.Peek(RegisterId::kOslsrEl1)).oslk();
  if (locked && !pe.IsPending(RegisterId::kOslarEl1)) return;
  throw sim::Violation("OSECCR_EL1 is accessed without the OS lock");
}

/// The simulator's Z registers are moved by the length that ZCR_EL2 reads as. [arm-arm]
/// ZCR_EL2.LEN: what it selects needs a context synchronization event.
void RequireVectorLength(const sim::Pe& pe) {
  if (!pe.IsPending(RegisterId::kZcrEl2)) return;
  throw sim::Violation("ZCR_EL2 is used before it is in effect");
}

}  // namespace

void RequireOrder(const sim::Pe& pe, const sim::SoftwareAccess& access) {
  if (access.reg != RegisterId::kCount && IsCounter(access.reg))
    RequireStoppedCounters(pe, access.reg);
  if (access.reg == RegisterId::kOseccrEl1) RequireOsLock(pe);
  if (access.kind == sim::SoftwareAccess::Kind::kRead && access.reg == RegisterId::kZcrEl2)
    RequireVectorLength(pe);
  if (access.kind != sim::SoftwareAccess::Kind::kWrite) return;
  const RegisterId to = pe.PlanOf(access.reg).storage;
  const auto pending = [&pe](std::initializer_list<RegisterId> ids) {
    for (const RegisterId id : ids) {
      if (pe.IsPending(id)) return true;
    }
    return false;
  };
  using enum RegisterId;
  const std::uint64_t vm = HcrEl2().vm(true).raw();
  const bool translation = to == kSctlrEl1 || to == kTcrEl1 || to == kTtbr0El1 || to == kTtbr1El1;
  const bool turns_on = to == kHcrEl2 && (access.value & ~pe.Peek(kHcrEl2) & vm) != 0;
  if ((translation && pending({kVttbrEl2, kVtcrEl2})) ||
      (turns_on && pending({kVttbrEl2, kVtcrEl2})) || (to == kTpidrEl2 && pending({kVbarEl2}))) {
    throw sim::Violation(InfoOf(to).name + std::string(" is written too early"));
  }
}

void LeaveStaleTranslations(sim::Pe& pe) {
  const sim::PeState host = pe.Snapshot();
  const std::uint64_t e2h_bit = E2hOf(pe);
  for (const std::uint64_t vmid : kValueVmids) {
    pe.Poke(RegisterId::kVtcrEl2, VtcrEl2::Inert().raw());
    pe.Write(RegisterId::kVttbrEl2, vmid << 48 | 0x7000);
    pe.Write(RegisterId::kHcrEl2, HcrEl2().vm(true).rw(true).raw() | e2h_bit);
    pe.Isb();
  }
  sim::PeState after = pe.Snapshot();
  after.cells = host.cells;
  pe.Restore(after);
  pe.Isb();
}

void RequireNoTranslations(sim::Pe& pe, std::uint64_t allowed) {
  const sim::PeState now = pe.Snapshot();
  const std::uint64_t hcr = HcrEl2().vm(true).rw(true).raw() | E2hOf(pe);
  for (const std::uint64_t vmid : kValueVmids) {
    pe.Poke(RegisterId::kHcrEl2, hcr);
    pe.Poke(RegisterId::kVtcrEl2, VtcrEl2::Inert().raw());
    pe.Poke(RegisterId::kVttbrEl2, vmid << 48 | 0x9000);
    const std::uint64_t poked = pe.Peek(RegisterId::kVttbrEl2);
    const std::uint64_t got = pe.DecideStage2().vttbr;
    if (got != poked && got != allowed)
      throw sim::Violation(std::format("the TLB still has a translation by VTTBR_EL2 {:#x}", got));
  }
  pe.Restore(now);
}

}  // namespace trivet::tests
