// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include <vector>

#include "allcpus/leader_steps.h"
#include "allcpus/member_steps.h"
#include "bench/host.h"
#include "bench/machine.h"
#include "percpu/per_cpu.h"
#include "sim/pe/machine.h"

/// Rounds of a group of CPUs, on the PEs of a simulated machine: the machines that AllCpus runs,
/// one after the other on the host's one thread, each until it has to wait.
namespace trivet::bench {

class GroupRounds {
 public:
  explicit GroupRounds(unsigned cpus) : cells_(cpus), reports_(cpus) {
    members_.reserve(cpus);
    for (unsigned i = 0; i < cpus; ++i) {
      const sim::ScopedPe current(machine_.pe(i));
      (void)cpus_[i].Create(hal::Cpu::CurrentCpu());
    }
  }
  bool exist() const { return true; }

  Status Counted(benchmark::State&, allcpus::Operation operation) { return Uncounted(operation); }
  Status Uncounted(allcpus::Operation operation) {
    const allcpus::Rendezvous group = {&leader_, cells_.data(), count()};
    if (const Status s = allcpus::Announce(group, operation); s != Status::kOk) return s;
    allcpus::Leader leader(group, reports_.data());
    members_.clear();
    for (allcpus::MemberCell& cell : cells_) members_.emplace_back(leader_, cell);
    while (!leader.finished()) {
      for (unsigned i = 0; i < count(); ++i) GoOn(i);
      GoOn(leader);
    }
    return leader.result();
  }
  /// The events of all PEs in `f`, per PE.
  template <class F>
  void Finish(benchmark::State& state, F f) {
    constexpr std::size_t kEnough = 1024;
    for (unsigned i = 0; i < count(); ++i) machine_.pe(i).trace().Reserve(kEnough);
    std::vector<std::uint64_t> from;
    for (unsigned i = 0; i < count(); ++i) from.push_back(machine_.pe(i).trace().size());
    f();
    Events sum;
    for (unsigned i = 0; i < count(); ++i) sum += EventsSince(machine_.pe(i).trace(), from[i]);
    Report(state, sum, count());
  }

 private:
  void GoOn(unsigned i) {
    const sim::ScopedPe current(machine_.pe(i));
    if (!members_[i].finished()) members_[i].Advance(allcpus::Local(cpus_[i]), false);
  }
  /// Passes over all cells, until one changes nothing.
  static void GoOn(allcpus::Leader& leader) {
    for (auto last = allcpus::Leader::Phase::kFinished; last != leader.position().phase;) {
      last = leader.position().phase;
      leader.Pass(false);
    }
  }

  unsigned count() const { return static_cast<unsigned>(cells_.size()); }

  static inline constinit percpu::PerCpu<BenchHost> cpus_[sim::Machine::kMostPes];

  sim::Machine& machine_ = MostPes();
  allcpus::LeaderCell leader_;
  std::vector<allcpus::MemberCell> cells_;
  std::vector<allcpus::CpuReport> reports_;
  std::vector<allcpus::Member> members_;
};

template <unsigned kCpus>
class Rounds : public GroupRounds {
 public:
  Rounds() : GroupRounds(kCpus) {}
};

}  // namespace trivet::bench
