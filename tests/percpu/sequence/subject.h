// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "percpu/per_cpu.h"
#include "sim/pe/pe.h"
#include "sim/profiles/profile.h"
#include "tests/percpu/sequence/model.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {

/// Everything that a CPU's behaviour can depend on: its registers with their pending and UNKNOWN
/// bits, its TLB, its power, and every byte of its per-CPU object and its guest. Normalized so that
/// indistinguishable states are equal: the simulator's epochs become "pending" and "not pending",
/// and an old value that is no longer pending is 0.
struct SubjectState {
  sim::PeState pe;
  std::array<std::byte, sizeof(percpu::PerCpuState)> cpu;
  std::array<std::byte, sizeof(vcpu::Vcpu)> guest;

  bool operator==(const SubjectState& other) const;
  std::size_t Hash() const;
};

/// One simulated CPU under a host, its per-CPU object and a guest, on pages of their own.
class Subject {
 public:
  using Cpu = percpu::PerCpu<TestHost>;

  Subject(percpu::HostKind kind, const sim::Profile& profile, CpuId id);
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  const Constants& constants() const { return constants_; }
  sim::Pe& pe() { return pages_->pe; }
  Cpu& cpu() { return pages_->cpu; }

  /// Makes the call, or the host's change to the CPU; returns the call's result. `powered`: whether
  /// the CPU has power.
  Status Do(Operation operation, bool powered);

  SubjectState Save();
  void Load(const SubjectState& state);

  /// Describes where the state contradicts the model; empty when it agrees. `before`: generation()
  /// before the operation.
  std::string Disagreement(const Model& model, std::uint32_t before);

  /// While true every access to this CPU, its object or its guest ends the test.
  void SetForbidden(bool forbidden);

 private:
  struct Pages {
    sim::Pe pe;
    alignas(4096) Cpu cpu;
    alignas(4096) vcpu::Vcpu guest;
    Pages(const sim::Profile& profile, CpuId id, const vcpu::Config& config)
        : pe(profile, id), guest(config) {}
  };

  static vcpu::Config GuestConfig();
  void LearnConstants();
  Registers LiveRegisters() const;
  std::vector<std::uint64_t> OtherRegisters() const;
  void BootHost();
  Status RunGuest();
  void ForeignHcr();

  percpu::HostKind kind_;
  Pages* pages_;
  Constants constants_;
  std::vector<std::uint64_t> others_[2];  // As the host has them at arrival, and after a boot.
};

}  // namespace trivet::tests
