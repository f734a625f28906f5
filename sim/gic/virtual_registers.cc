// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>

#include "hal/registers.h"
#include "sim/gic/active_priorities.h"
#include "sim/gic/list_registers.h"

/// What EL1's names reach while HCR_EL2 redirects them: ICV_* registers, VDISR_EL2.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::IchVmcrEl2;
using hal::RegisterId;
using enum hal::RegisterId;

constexpr std::uint64_t kGroup0 = HcrEl2().fmo(true).raw(), kGroup1 = HcrEl2().imo(true).raw();

/// ICH_VMCR_EL2 or ICH_AP1R0_EL2, for ICC_PMR_EL1 or ICC_AP1R0_EL1.
struct Redirection {
  RegisterId name;
  std::uint64_t bits;  ///< Of HCR_EL2: any of them redirects the name.
  RegisterId backing;
};
constexpr Redirection kRedirections[] = {
    {kDisrEl1, HcrEl2().amo(true).raw(), kVdisrEl2},
    {kIccPmrEl1, kGroup0 | kGroup1, kIchVmcrEl2},
    {kIccCtlrEl1, kGroup0 | kGroup1, kIchVmcrEl2},
    {kIccRprEl1, kGroup0 | kGroup1, kIchVmcrEl2},
    {kIccDirEl1, kGroup0 | kGroup1, kIchVmcrEl2},
    {kIccIar0El1, kGroup0, kIchVmcrEl2},
    {kIccEoir0El1, kGroup0, kIchVmcrEl2},
    {kIccHppir0El1, kGroup0, kIchVmcrEl2},
    {kIccBpr0El1, kGroup0, kIchVmcrEl2},
    {kIccIgrpen0El1, kGroup0, kIchVmcrEl2},
    {kIccAp0r0El1, kGroup0, kIchAp0r0El2},
    {kIccAp0r1El1, kGroup0, kIchAp0r1El2},
    {kIccAp0r2El1, kGroup0, kIchAp0r2El2},
    {kIccAp0r3El1, kGroup0, kIchAp0r3El2},
    {kIccIar1El1, kGroup1, kIchVmcrEl2},
    {kIccEoir1El1, kGroup1, kIchVmcrEl2},
    {kIccHppir1El1, kGroup1, kIchVmcrEl2},
    {kIccBpr1El1, kGroup1, kIchVmcrEl2},
    {kIccIgrpen1El1, kGroup1, kIchVmcrEl2},
    {kIccAp1r0El1, kGroup1, kIchAp1r0El2},
    {kIccAp1r1El1, kGroup1, kIchAp1r1El2},
    {kIccAp1r2El1, kGroup1, kIchAp1r2El2},
    {kIccAp1r3El1, kGroup1, kIchAp1r3El2},
};

const Redirection* Find(RegisterId id) {
  const auto* found = std::ranges::find(kRedirections, id, &Redirection::name);
  return found == std::end(kRedirections) ? nullptr : found;
}

}  // namespace

std::uint64_t RedirectingBits(RegisterId id) {
  const Redirection* found = Find(id);
  return found == nullptr ? 0 : found->bits;
}

std::uint64_t StoredVmcr(const Model& model, std::uint64_t written) {
  const auto vtr = hal::IchVtrEl2::FromRaw(model.profile().Id("ICH_VTR_EL2"));
  const auto vmcr = IchVmcrEl2::FromRaw(written);
  const auto least = [](unsigned wanted, unsigned lowest) {
    return static_cast<std::uint8_t>(std::max(wanted, lowest));
  };
  const bool no_legacy = hal::IccSreEl1::FromRaw(model.MasksOf(kIccSreEl1).ones).sre();
  return vmcr.vpmr(static_cast<std::uint8_t>(vmcr.vpmr() & 0xff00u >> (vtr.pribits() + 1)))
      .vbpr0(least(vmcr.vbpr0(), 6u - vtr.prebits()))
      .vbpr1(least(vmcr.vbpr1(), 7u - vtr.prebits()))
      .vfiqen(no_legacy || vmcr.vfiqen())
      .vackctl(!no_legacy && vmcr.vackctl())
      .raw();
}

std::uint64_t ListRegisters::Read(RegisterId id) const {
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(kIchVmcrEl2));
  const auto vtr = hal::IchVtrEl2::FromRaw(pe_.Peek(kIchVtrEl2));
  switch (id) {
    case kIccPmrEl1: return vmcr.vpmr();
    case kIccBpr0El1: return BinaryPoint(0);
    case kIccBpr1El1: return BinaryPoint(1);
    case kIccIgrpen0El1: return vmcr.veng0() ? 1 : 0;
    case kIccIgrpen1El1: return vmcr.veng1() ? 1 : 0;
    case kIccCtlrEl1:
      return hal::IccCtlrEl1()
          .cbpr(vmcr.vcbpr())
          .eoimode(vmcr.veoim())
          .pribits(vtr.pribits())
          .idbits(vtr.idbits())
          .seis(vtr.seis())
          .a3v(vtr.a3v())
          .raw();
    default: return pe_.Peek(Find(id)->backing);
  }
}

void ListRegisters::Write(RegisterId id, std::uint64_t value) {
  auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(kIchVmcrEl2));
  const auto byte = static_cast<std::uint8_t>(value);
  const auto point = static_cast<std::uint8_t>(value & 7);
  const auto ctlr = hal::IccCtlrEl1::FromRaw(value);
  switch (id) {
    case kIccPmrEl1: vmcr = vmcr.vpmr(byte); break;
    case kIccBpr0El1: vmcr = vmcr.vbpr0(point); break;
    case kIccBpr1El1:
      // [gic] ICV_BPR1_EL1: with CBPR it shows BPR0, and a write is ignored.
      if (!vmcr.vcbpr()) vmcr = vmcr.vbpr1(point);
      break;
    case kIccIgrpen0El1: vmcr = vmcr.veng0((value & 1) != 0); break;
    case kIccIgrpen1El1: vmcr = vmcr.veng1((value & 1) != 0); break;
    case kIccCtlrEl1: vmcr = vmcr.vcbpr(ctlr.cbpr()).veoim(ctlr.eoimode()); break;
    default: pe_.PokeFields(Find(id)->backing, value); return;
  }
  pe_.Poke(kIchVmcrEl2, StoredVmcr(pe_.model(), vmcr.raw()));
}

}  // namespace trivet::sim
