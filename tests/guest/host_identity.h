// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"

namespace trivet::tests {

/// What a guest's configuration gives, in the registers.
struct Identity {
  std::uint64_t vtcr = 0, vttbr = 0, cntvoff = 0, vpidr = 0, vmpidr = 0;

  /// `stage2`: with the first two, which are Trivet's from enable to disable of an nVHE host.
  void Write(bool stage2) const {
    if (stage2) hal::Cpu::Write<hal::VtcrEl2>(hal::VtcrEl2::FromRaw(vtcr));
    if (stage2) hal::Cpu::Write<hal::VttbrEl2>(hal::VttbrEl2::FromRaw(vttbr));
    hal::Cpu::Write<hal::CntvoffEl2>(hal::CntvoffEl2::FromRaw(cntvoff));
    hal::Cpu::Write<hal::VpidrEl2>(hal::VpidrEl2::FromRaw(vpidr));
    hal::Cpu::Write<hal::VmpidrEl2>(hal::VmpidrEl2::FromRaw(vmpidr));
    hal::Cpu::Isb();
  }
  void Expect(bool stage2) const {
    if (stage2) EXPECT_EQ(hal::Cpu::Read<hal::VtcrEl2>().raw(), vtcr);
    if (stage2) EXPECT_EQ(hal::Cpu::Read<hal::VttbrEl2>().raw(), vttbr);
    EXPECT_EQ(hal::Cpu::Read<hal::CntvoffEl2>().raw(), cntvoff);
    EXPECT_EQ(hal::Cpu::Read<hal::VpidrEl2>().raw(), vpidr);
    EXPECT_EQ(hal::Cpu::Read<hal::VmpidrEl2>().raw(), vmpidr);
  }
};

/// Nothing set, and this CPU's own numbers.
inline Identity PlainIdentity() {
  return {.vtcr = hal::VtcrEl2::Inert().raw(),
          .vpidr = hal::Cpu::Read<hal::MidrEl1>().raw(),
          .vmpidr = hal::Cpu::Read<hal::MpidrEl1>().raw()};
}

/// The host's, and its other one.
inline Identity HostIdentity(bool later) {
  const std::uint64_t other = later ? 0x2000 : 0;
  return {.vtcr = hal::VtcrEl2::Inert().t0sz(later ? 32 : 39).raw(),
          .vttbr = std::uint64_t{3} << 48 | (0x1'0000 + other),
          .cntvoff = 0x7'7000 + other,
          .vpidr = 0x1234'5678 + other,
          .vmpidr = hal::VmpidrEl2::Inert().raw() | (0xabc + other)};
}

/// Work-around kSpeculativeAt, between the runs of a loaded guest: stage 1 is on and not walked.
inline void ExpectWalksAreOff(bool e2h) {
  const std::uint64_t tcr =
      e2h ? hal::Cpu::Read<hal::TcrEl12>().raw() : hal::Cpu::Read<hal::TcrEl1>().raw();
  const std::uint64_t sctlr =
      e2h ? hal::Cpu::Read<hal::SctlrEl12>().raw() : hal::Cpu::Read<hal::SctlrEl1>().raw();
  EXPECT_TRUE(hal::TcrEl1::FromRaw(tcr).epd0() && hal::TcrEl1::FromRaw(tcr).epd1());
  EXPECT_TRUE(hal::SctlrEl1::FromRaw(sctlr).m());
}

/// What a transition changes, and SCTLR_EL2, which another name of E2H reaches.
struct El2Core {
  std::uint64_t vbar, hcr, tpidr, daif, sctlr;

  bool operator==(const El2Core&) const = default;
  static std::uint64_t Sctlr() {
    if (hal::Cpu::Read<hal::HcrEl2>().e2h()) return hal::Cpu::Read<hal::SctlrEl2E2h>().raw();
    return hal::Cpu::Read<hal::SctlrEl2>().raw();
  }
  static El2Core Now() {
    return {hal::Cpu::Read<hal::VbarEl2>().raw(), hal::Cpu::Read<hal::HcrEl2>().raw(),
            hal::Cpu::Read<hal::TpidrEl2>().raw(), hal::Cpu::Read<hal::Daif>().raw(), Sctlr()};
  }
};

/// Calls then(id) with each register changed in turn that Audit() compares under an nVHE host, the
/// controls of guest.def excepted. `tpidr`: with TPIDR_EL2.
template <class Then>
void ForEachDrift(bool tpidr, Then then) {
  const auto one = [&]<class R>(std::uint64_t bit) {
    const std::uint64_t live = hal::Cpu::Read<R>().raw();
    hal::Cpu::Write<R>(R::Value::FromRaw(live ^ bit));
    then(hal::kInfo<R>.id);
    hal::Cpu::Write<R>(R::Value::FromRaw(live));
  };
  one.template operator()<hal::VtcrEl2>(hal::VtcrEl2().t0sz(1).raw());
  one.template operator()<hal::VttbrEl2>(std::uint64_t{1} << 48);
  one.template operator()<hal::CntvoffEl2>(1 << 20);
  one.template operator()<hal::VpidrEl2>(1);
  one.template operator()<hal::VmpidrEl2>(1);
  one.template operator()<hal::HcrEl2>(hal::HcrEl2().twe(true).raw());
  if (tpidr) one.template operator()<hal::TpidrEl2>(1 << 12);
}

}  // namespace trivet::tests
