// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/pe.h"

/// For tests: a PE at EL1 whose ICC_* names reach the virtual interface, both groups on.
namespace trivet::sim {

class VirtualInterfaceTest : public ::testing::Test {
 protected:
  VirtualInterfaceTest() {
    using enum hal::RegisterId;
    pe_.set_reserved_bits(ReservedBits::kIgnored);
    pe_.Poke(kIchHcrEl2, hal::IchHcrEl2().en(true).raw());
    pe_.Poke(kIchVmcrEl2, hal::IchVmcrEl2().vpmr(0xf8).veng0(true).veng1(true).raw());
    pe_.Poke(kHcrEl2, hal::HcrEl2().rw(true).imo(true).fmo(true).raw());
    pe_.set_pstate(Pstate::Masked(1));
  }
  std::uint64_t Read(hal::RegisterId id) {
    EXPECT_FALSE(Interpreter(pe_).Execute(Mrs(1, id)).has_value());
    return pe_.x(1);
  }
  void Write(hal::RegisterId id, std::uint64_t value) {
    pe_.set_x(2, value);
    EXPECT_FALSE(Interpreter(pe_).Execute(Msr(id, 2)).has_value());
  }
  /// A pending software interrupt of group 1.
  static constexpr hal::IchLr0El2 Lr(std::uint32_t vintid) {
    return hal::IchLr0El2().state(hal::ListRegisterState::kPending).group(true).vintid(vintid);
  }
  void Put(hal::RegisterId id, hal::IchLr0El2 lr) { pe_.Poke(id, lr.raw()); }
  hal::ListRegisterState StateOf(hal::RegisterId id) const {
    return hal::IchLr0El2::FromRaw(pe_.Peek(id)).state();
  }
  int Counted() const {
    return hal::IchHcrEl2::FromRaw(pe_.Peek(hal::RegisterId::kIchHcrEl2)).eoicount();
  }

  Pe pe_{ProfileNamed("max")};
};

}  // namespace trivet::sim
