// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/gic/maintenance.h"

#include "hal/registers.h"

namespace trivet::sim {
namespace {

using hal::IchHcrEl2;
using hal::IchLr0El2;
using hal::IchMisrEl2;
using hal::IchVmcrEl2;
using hal::ListRegisterState;
using hal::RegisterId;

/// ICH_LRn_EL2.EOI, which is a bit of pINTID where HW is 0.
constexpr unsigned kEoi = 1u << (41 - 32);

/// The list registers, bit n for ICH_LRn_EL2.
struct Contents {
  unsigned valid = 0, pending = 0;
  unsigned ended = 0;  ///< ICH_EISR_EL2
  unsigned empty = 0;  ///< ICH_ELRSR_EL2
};

Contents ContentsOf(const Pe& pe) {
  Contents contents;
  const auto vtr = hal::IchVtrEl2::FromRaw(pe.Peek(RegisterId::kIchVtrEl2));
  const auto first = static_cast<unsigned>(RegisterId::kIchLr0El2);
  for (unsigned n = 0; n <= vtr.listregs(); ++n) {
    const auto lr = IchLr0El2::FromRaw(pe.Peek(static_cast<RegisterId>(first + n)));
    const unsigned bit = 1u << n;
    const bool asks_for_end = !lr.hw() && (lr.pintid() & kEoi) != 0;
    if (lr.state() == ListRegisterState::kPending) contents.pending |= bit;
    if (lr.state() != ListRegisterState::kInvalid) {
      contents.valid |= bit;
    } else if (asks_for_end) {
      contents.ended |= bit;
    } else {
      contents.empty |= bit;
    }
  }
  return contents;
}

/// [gic] ICH_MISR_EL2: each condition, where ICH_HCR_EL2 enables it. En is no part of it.
IchMisrEl2 Status(const Pe& pe) {
  const auto hcr = IchHcrEl2::FromRaw(pe.Peek(RegisterId::kIchHcrEl2));
  const auto vmcr = IchVmcrEl2::FromRaw(pe.Peek(RegisterId::kIchVmcrEl2));
  const Contents contents = ContentsOf(pe);
  const bool at_most_one_valid = (contents.valid & (contents.valid - 1)) == 0;
  return IchMisrEl2()
      .eoi(contents.ended != 0)
      .u(hcr.uie() && at_most_one_valid)
      .lrenp(hcr.lrenpie() && hcr.eoicount() != 0)
      .np(hcr.npie() && contents.pending == 0)
      .vgrp0e(hcr.vgrp0eie() && vmcr.veng0())
      .vgrp0d(hcr.vgrp0die() && !vmcr.veng0())
      .vgrp1e(hcr.vgrp1eie() && vmcr.veng1())
      .vgrp1d(hcr.vgrp1die() && !vmcr.veng1());
}

}  // namespace

std::uint64_t MaintenanceRegister(const Pe& pe, RegisterId id) {
  if (id == RegisterId::kIchMisrEl2) return Status(pe).raw();
  const Contents contents = ContentsOf(pe);
  return id == RegisterId::kIchEisrEl2 ? contents.ended : contents.empty;
}

bool SignalsMaintenance(const Pe& pe) {
  const auto hcr = IchHcrEl2::FromRaw(pe.Peek(RegisterId::kIchHcrEl2));
  return hcr.en() && Status(pe).raw() != 0;
}

}  // namespace trivet::sim
