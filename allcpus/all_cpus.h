// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "allcpus/clock.h"
#include "allcpus/leader_steps.h"
#include "allcpus/local_cpu.h"
#include "allcpus/member_steps.h"
#include "allcpus/rendezvous.h"
#include "allcpus/report.h"
#include "hal/decode.h"
#include "hal/status.h"

namespace trivet::allcpus {

/// Enables or disables a group of CPUs: all of them, or none. Static storage, one for the group;
/// kCapacity + 1 lines of kLineSize bytes and kCapacity reports.
///
///     constinit allcpus::AllCpus<4> all;
///     constinit percpu::PerCpu<MyHost> cpus[4];
///
///     // The leader, CPU 0:
///     allcpus::SystemCounter clock;
///     Status s = all.EnableAll(0, allcpus::Local(cpus[0]), clock, kTicks, [] { SendIpi(); });
///     // The others, in the IPI's handler, a thread or what PSCI started:
///     Status s = all.Join(n, allcpus::Local(cpus[n]), clock, kTicks);
///
/// Every CPU runs with its index, on itself, at EL2, pinned; any mask state (kept). `limit` is in
/// the units of `clock`, the same time for all. No call waits for longer than a few times that:
/// Lead for 4 limits, Join for 6, plus the CPU's own work.
template <unsigned kCapacity>
  requires(kCapacity > 0 && kCapacity <= 0xffff)
class AllCpus {
 public:
  /// A group of `size` CPUs, which may be known only when it runs: 1 to kCapacity. With another
  /// size it has none: each index is kInvalidArgument.
  constexpr explicit AllCpus(unsigned size = kCapacity) : size_(size <= kCapacity ? size : 0) {}
  AllCpus(const AllCpus&) = delete;
  AllCpus& operator=(const AllCpus&) = delete;

  /// Opens a round, which the calling CPU is to lead. Call the other CPUs afterwards: they join the
  /// announced round at any time. Errors, nothing changed: kAlreadyCreated (the last round has not
  /// ended on some CPU).
  Status Announce(Operation operation) { return allcpus::Announce(Group(), operation); }

  /// Takes part in the announced round. Errors, this CPU is as before: what failed on it;
  /// kPeerFailed, kTimedOut (the round failed, or did before this CPU came); kNotCreated (no round
  /// was announced); kAlreadyCreated (this CPU has joined it already); kInvalidArgument (index).
  /// If the CPU is changed after an error (IsEnabled()), the leader died or an undo failed.
  template <Clock K>
  Status Join(unsigned index, const LocalCpu& cpu, K& clock, std::uint64_t limit) {
    if (index >= size_) return Status::kInvalidArgument;
    Member member(leader_, members_[index]);
    Timeout timeout(clock, Twice(limit));
    member.Advance(cpu, false);
    while (!member.finished()) {
      const bool expired = timeout.IsOver(member.position().phase);
      clock.Pause();
      member.Advance(cpu, expired);
    }
    return member.result();
  }

  /// Leads the announced round and takes part in it. kOk: every CPU is changed. Errors, every CPU
  /// is as before, except as its report states: the error of the first CPU that failed; kTimedOut;
  /// kNotCreated (no round was announced); kInvalidArgument (index).
  template <Clock K>
  Status Lead(unsigned index, const LocalCpu& cpu, K& clock, std::uint64_t limit) {
    if (index >= size_) return Status::kInvalidArgument;
    Leader leader(Group(), reports_);
    if (leader.finished()) return leader.result();
    Member member(leader_, members_[index]);
    Timeout leader_timeout(clock, limit);
    // This CPU alone writes the leader's word: its own member has news when the leader has
    // published, and needs no time limit of its own. With one, a CPU that stood still for longer
    // would blame its own member for those that did not come.
    for (bool news = true;;) {
      if (news && !member.finished()) member.Advance(cpu, /*expired=*/false);
      if (leader.finished() && member.finished()) return leader.result();
      if constexpr (kCapacity > 1) clock.Pause();  // What it waits for now is up to the others.
      Leader::Phase before;
      do {
        before = leader.position().phase;
        leader.Pass(leader_timeout.IsOver(before));
      } while (before == Leader::Phase::kCollectCommitted &&
               leader.position().phase == Leader::Phase::kRecheck);
      news = leader.position().phase != before;
    }
  }

  /// Announce, then `summon()`, which makes every other CPU call Join(), then Lead.
  template <Clock K, class Summon>
  Status EnableAll(unsigned index, const LocalCpu& cpu, K& clock, std::uint64_t limit,
                   Summon summon) {
    return Do(Operation::kEnable, index, cpu, clock, limit, summon);
  }
  template <Clock K, class Summon>
  Status DisableAll(unsigned index, const LocalCpu& cpu, K& clock, std::uint64_t limit,
                    Summon summon) {
    return Do(Operation::kDisable, index, cpu, clock, limit, summon);
  }

  /// How many CPUs the group has: their indices run from 0.
  unsigned size() const { return size_; }
  /// A CPU's result in the last Lead(). For the leader, until it leads again.
  const CpuReport& report(unsigned index) const { return reports_[index]; }
  void PrintReport(hal::TextSink sink) const { Print(reports_, size_, sink); }

 private:
  Rendezvous Group() { return {.leader = &leader_, .members = members_, .count = size_}; }

  /// Members wait twice as long as the leader, so that a running leader always decides.
  static constexpr std::uint64_t Twice(std::uint64_t limit) {
    std::uint64_t twice = 0;
    return __builtin_add_overflow(limit, limit, &twice) ? ~std::uint64_t{0} : twice;
  }

  template <Clock K, class Summon>
  Status Do(Operation operation, unsigned index, const LocalCpu& cpu, K& clock, std::uint64_t limit,
            Summon summon) {
    if (const Status status = Announce(operation); status != Status::kOk) return status;
    summon();
    return Lead(index, cpu, clock, limit);
  }

  LeaderCell leader_;
  MemberCell members_[kCapacity];
  CpuReport reports_[kCapacity];
  unsigned size_;
};

}  // namespace trivet::allcpus
