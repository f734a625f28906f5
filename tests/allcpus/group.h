// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "allcpus/all_cpus.h"
#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/allcpus/test_cpus.h"
#include "tests/support/host_view.h"
#include "tests/support/test_host.h"

/// A group of CPUs of a TestCpus, each of which can be given some trouble, and rounds that all of
/// them take part in.
namespace trivet::tests {

enum class Trouble : std::uint8_t {
  kNone,
  kWrongCpu,        ///< Its object belongs to another CPU.
  kInUse,           ///< Other software has set HCR_EL2.VM.
  kHandlerMissing,  ///< Its object cannot be created.
  kFailsLate,       ///< The change is made, and then reported as failed.
  kAbsent,          ///< It never comes.
};

/// What EnableAll reports for a trouble.
constexpr Status StatusOf(Trouble trouble) {
  switch (trouble) {
    case Trouble::kNone: return Status::kOk;
    case Trouble::kWrongCpu: return Status::kWrongCpu;
    case Trouble::kInUse: return Status::kInUse;
    case Trouble::kHandlerMissing: return Status::kHandlerMissing;
    case Trouble::kFailsLate: return Status::kLostState;
    case Trouble::kAbsent: return Status::kTimedOut;
  }
  return Status::kOk;
}

/// A clock that stands still until `enough` of the group's CPUs have been seen waiting, and then
/// passes the limit; 0: it never does. No test depends on how fast its machine is.
class NoTimeoutClock {
 public:
  NoTimeoutClock(std::atomic<unsigned>& waiting, unsigned enough)
      : waiting_(waiting), enough_(enough) {}
  /// Beyond the leader's limit, and within the members', which is twice that.
  std::uint64_t Now() { return enough_ != 0 && waiting_ >= enough_ ? kLimit * 3 / 2 : 0; }
  /// The leader's CPU has begun to wait as a member by its fourth look as a leader.
  void Pause() {
    if (++looks_ == kEnough) ++waiting_;
    looks_ < kEnough ? TestCpus::Yield() : TestCpus::Rest();
  }
  static constexpr std::uint64_t kLimit = 10;

 private:
  static constexpr unsigned kEnough = 8;

  std::atomic<unsigned>& waiting_;
  const unsigned enough_;
  unsigned looks_ = 0;
};

/// One CPU: its object, its trouble, and what it saw of the last round.
struct TroubledCpu {
  percpu::PerCpu<TestHost> cpu;
  percpu::PerCpu<ForgetfulHost> forgetful;
  Trouble trouble = Trouble::kNone;
  HostView before, after;
  Status result = Status::kOk;

  /// On its own CPU, once: the state of affairs before any round.
  void Prepare() {
    const CpuId here = hal::Cpu::CurrentCpu();
    (void)cpu.Create(trouble == Trouble::kWrongCpu ? CpuId{here.affinity ^ 1} : here);
    if (trouble == Trouble::kInUse) SetVm(true);
    before = HostView::Now();
  }
  static void SetVm(bool vm) {
    hal::Cpu::Write<hal::HcrEl2>(hal::Cpu::Read<hal::HcrEl2>().vm(vm));
    hal::Cpu::Isb();
  }
  Status Act(allcpus::Action action, allcpus::Operation operation, percpu::Error& error) {
    if (action == allcpus::Action::kPrepare && trouble == Trouble::kHandlerMissing) {
      return (error = {.status = forgetful.Create(hal::Cpu::CurrentCpu())}).status;
    }
    const Status status = allcpus::Local(cpu).Act(action, operation, error);
    const bool fails = action == allcpus::Action::kCommit && trouble == Trouble::kFailsLate;
    return fails ? (error = {.status = Status::kLostState}).status : status;
  }
  allcpus::LocalCpu Local() {
    return {.self = this,
            .act = [](void* self, allcpus::Action action, allcpus::Operation operation,
                      percpu::Error& error) {
              return static_cast<TroubledCpu*>(self)->Act(action, operation, error);
            }};
  }
};

template <unsigned kCapacity>
class Group {
 public:
  allcpus::AllCpus<kCapacity> all;
  TroubledCpu cpus[kCapacity];

  explicit Group(TestCpus& test_cpus) : test_cpus_(test_cpus) {}
  Group(TestCpus& test_cpus, unsigned size) : all(size), test_cpus_(test_cpus) {}

  /// Each CPU gets into its trouble and looks at its registers.
  void Prepare() {
    ForAll([](unsigned cpu, void* self) { static_cast<Group*>(self)->cpus[cpu].Prepare(); });
  }
  /// A round with every CPU but the absent ones; CPU 0 leads and gives up only when a CPU is
  /// absent and all others wait.
  Status Round(allcpus::Operation operation) {
    waiting_ = 0;
    unsigned present = 0;
    for (TroubledCpu& cpu : members()) present += cpu.trouble != Trouble::kAbsent ? 1 : 0;
    NoTimeoutClock clock(waiting_, present == all.size() ? 0 : present);
    const auto summon = [this] {
      for (unsigned i = 1; i < all.size(); ++i) {
        if (cpus[i].trouble != Trouble::kAbsent) test_cpus_.Start(i, &Join, this);
      }
    };
    Status status = all.Announce(operation);
    if (status == Status::kOk) {
      summon();
      status = all.Lead(0, cpus[0].Local(), clock, NoTimeoutClock::kLimit);
    }
    test_cpus_.WaitForAll();
    ForAll([](unsigned cpu, void* self) {
      static_cast<Group*>(self)->cpus[cpu].after = HostView::Now();
    });
    return status;
  }
  /// CPU `cpu` joins now, all alone.
  Status JoinLate(unsigned cpu) {
    test_cpus_.Start(cpu, &Join, this);
    test_cpus_.WaitForAll();
    return cpus[cpu].result;
  }
  bool AllAre(bool enabled) const {
    for (const TroubledCpu& cpu : members()) {
      if (cpu.cpu.IsEnabled() != enabled) return false;
    }
    return true;
  }
  bool AllAreAsBefore() const {
    for (const TroubledCpu& cpu : members()) {
      if (!(cpu.after == cpu.before)) return false;
    }
    return true;
  }
  void ForAll(Work work) {
    for (unsigned i = 1; i < all.size(); ++i) test_cpus_.Start(i, work, this);
    work(0, this);
    test_cpus_.WaitForAll();
  }

 private:
  std::span<TroubledCpu> members() { return std::span(cpus).first(all.size()); }
  std::span<const TroubledCpu> members() const { return std::span(cpus).first(all.size()); }

  static void Join(unsigned cpu, void* self) {
    auto& group = *static_cast<Group*>(self);
    NoTimeoutClock clock(group.waiting_, 0);
    TroubledCpu& here = group.cpus[cpu];
    here.result = group.all.Join(cpu, here.Local(), clock, NoTimeoutClock::kLimit);
  }

  TestCpus& test_cpus_;
  std::atomic<unsigned> waiting_ = 0;
};

}  // namespace trivet::tests
