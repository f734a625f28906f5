// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/exception_entry.h"

namespace trivet::vcpu {
namespace {

// PSTATE as an SPSR has it. [arm-arm] SPSR_EL1.
constexpr std::uint64_t kEl1h = 5, kSpsel = 1, kEl1 = 4;
constexpr std::uint64_t kDaif = 0x3c0, kSsbs = 1 << 12, kAllint = 1 << 13;
constexpr std::uint64_t kPan = 1 << 22, kDit32 = 1 << 21, kDit = 1 << 24, kTco = 1 << 25,
                        kNzcv = 0xfull << 28;

/// [arm-arm] "Exception vectors": from EL0 in either state, or from EL1 with either stack pointer.
std::uint64_t OffsetOf(const GuestException& exception, std::uint64_t pstate,
                       const EntryControls& controls) {
  constexpr std::uint64_t kSError = 0x180;
  const bool as_serror =
      exception.is_serror() || (exception.is_abort() && controls.aborts_as_serror);
  const std::uint64_t kind = as_serror ? kSError : 0;
  if (IsAArch32El0(pstate)) return 0x600 + kind;
  if ((pstate & kEl1) == 0) return 0x400 + kind;
  return ((pstate & kSpsel) != 0 ? 0x200 : 0) + kind;
}

/// EL1h, D, A, I and F masked; NZCV, DIT and PAN stay; UAO, IL, SS and BTYPE are cleared.
std::uint64_t PstateOf(std::uint64_t from, const EntryControls& controls) {
  const std::uint64_t dit = IsAArch32El0(from) ? (from & kDit32) << 3 : from & kDit;
  std::uint64_t pstate = (from & (kNzcv | kPan)) | dit | kDaif | kEl1h;
  if (controls.has_pan && !controls.sctlr.span()) pstate |= kPan;
  if (controls.has_ssbs && controls.sctlr.dssbs()) pstate |= kSsbs;
  if (controls.has_mte2) pstate |= kTco;
  if (controls.has_nmi && !controls.sctlr.spintmask()) pstate |= kAllint;
  return pstate;
}

}  // namespace

ExceptionEntry EntryOf(const GuestException& exception, std::uint64_t pc, std::uint64_t pstate,
                       const EntryControls& controls) {
  return {
      .pc = (controls.vbar.raw() & ~std::uint64_t{0x7ff}) + OffsetOf(exception, pstate, controls),
      .pstate = PstateOf(pstate, controls),
      .elr = pc,
      .spsr = pstate,
      .esr = exception.Esr((pstate & kEl1) != 0),
      .far = exception.far()};
}

}  // namespace trivet::vcpu
