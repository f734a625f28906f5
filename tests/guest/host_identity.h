#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"

namespace trivet::tests {

/// What a guest's configuration gives, in the registers.
struct Identity {
  std::uint64_t vtcr, vttbr, cntvoff, vpidr, vmpidr;

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

/// What a transition changes.
struct El2Core {
  std::uint64_t vbar, hcr, tpidr, daif;

  bool operator==(const El2Core&) const = default;
  static El2Core Now() {
    return {hal::Cpu::Read<hal::VbarEl2>().raw(), hal::Cpu::Read<hal::HcrEl2>().raw(),
            hal::Cpu::Read<hal::TpidrEl2>().raw(), hal::Cpu::Read<hal::Daif>().raw()};
  }
};

}  // namespace trivet::tests
