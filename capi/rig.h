// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "capi/trivet.h"
#include "hal/cpu.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "sim/profiles/profile.h"
#include "tests/support/host_of_kind.h"
#include "tests/support/machine.h"

namespace trivet::capi {

inline constexpr std::uint64_t kProgram = 0x40'2000'0000, kProgramIpa = 0x4000'0000;
inline constexpr std::uint64_t kPage = 0x1000;

inline constexpr trivet_parts kAllParts = {.vectors = &trivet_vector_part,
                                           .registers = &trivet_register_part,
                                           .debug = &trivet_debug_part,
                                           .monitors = &trivet_monitor_part,
                                           .vhe = &trivet_vhe_part,
                                           .finder = &trivet_finder_part};

/// What the host was called for, with which object.
struct Calls {
  unsigned irq = 0, fiq = 0, serror = 0, exits = 0;
  trivet_cpu* cpu = nullptr;
};
inline Calls calls;

inline trivet_host PlainHost() {
  return {.irq =
              [](trivet_cpu* cpu) {
                ++calls.irq;
                calls.cpu = cpu;
                sim::ScopedPe::Current().Raise(sim::InterruptClass::kIrq, false);
              },
          .fiq =
              [](trivet_cpu* cpu) {
                ++calls.fiq;
                calls.cpu = cpu;
                sim::ScopedPe::Current().Raise(sim::InterruptClass::kFiq, false);
              },
          .serror =
              [](trivet_cpu* cpu) {
                ++calls.serror;
                calls.cpu = cpu;
              },
          .fatal = [](trivet_cpu*) { throw 1; },
          .exit = nullptr,
          .physical_address = [](const void* address) { return tests::PhysicalAddressOf(address); },
          .act = nullptr,
          .vector_table = nullptr,
          .vector_base = 0,
          .parts = &kAllParts,
          .policy = TRIVET_POLICY_DEFAULT,
          .uses_fp = 0};
}

/// Two CPUs whose hosts differ in every register that the tests read, and two objects.
class CTest : public ::testing::Test {
 protected:
  CTest() : machine_(sim::ProfileNamed("max"), 2) {
    calls = {};
    for (unsigned i = 0; i < 2; ++i) {
      const sim::ScopedPe here(machine_.pe(i));
      tests::BecomeHost(hal::HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true),
                        percpu::HostKind::kNvhe);
      machine_.pe(i).Poke(hal::RegisterId::kVbarEl2, 0x4010'0000 + i * 0x800);
      machine_.pe(i).Poke(hal::RegisterId::kTpidrEl2, 0x7701 + i);
      machine_.pe(i).Poke(hal::RegisterId::kSctlrEl2,
                          hal::SctlrEl2::Inert().eis(true).eos(true).raw());
      cpus_[i] = {};
    }
  }

  std::uint64_t Mpidr(unsigned i) { return machine_.pe(i).id().affinity; }
  trivet_status Create(unsigned i, const trivet_host& host = PlainHost()) {
    return trivet_cpu_create(&cpus_[i], sizeof(cpus_[i]), TRIVET_ABI, &host, Mpidr(i));
  }
  sim::Pe& pe() { return machine_.pe(0); }
  /// The host's values: vectors, TPIDR_EL2, HCR_EL2.
  struct View {
    std::uint64_t vbar, tpidr, hcr;
    bool operator==(const View&) const = default;
  };
  View Look() {
    return {pe().Peek(hal::RegisterId::kVbarEl2), pe().Peek(hal::RegisterId::kTpidrEl2),
            pe().Peek(hal::RegisterId::kHcrEl2)};
  }

  sim::Machine machine_;
  sim::ScopedPe current_{machine_.pe(0)};
  static inline trivet_cpu cpus_[2];
};

}  // namespace trivet::capi
