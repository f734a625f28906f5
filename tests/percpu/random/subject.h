// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "hal/cpu.h"
#include "hal/register_info.h"
#include "percpu/per_cpu.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/sim_backend.h"
#include "tests/percpu/random/random_host.h"
#include "tests/support/host_of_kind.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

/// The public calls on one CPU under a random host, each with what it has to leave.
namespace trivet::tests {

enum class Call : std::uint8_t {
  kCreate,
  kEnable,
  kDisable,
  kPrepareSuspend,
  kResumed,
  kSuspendFailed,
  kRunFirst,
  kRunSecond,
  kUnloadFirst,
  kUnloadSecond,
  kAudit,
  kHandOver,
  kPoweredDown,
  kPanic,
  kLeaveOnCpu,
  kHostWrites,  ///< The host changes a register of its own.
  kCount
};

const char* ToString(Call call);

/// A call that left something else than it may.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A guest that writes registers of EL1 and EL0, its x0 on, and calls.
inline constexpr std::uint64_t kRandomGuestEntry = 0x4020'0000;
sim::GuestProgram RandomGuest();
vcpu::Config RandomConfig(const vcpu::BlockStage2& stage2, std::uint16_t vmid, Random& random);

/// Throws Broken with the name and values of the first register, of those that `compared(id)`,
/// that differs.
template <class Compared>
void ExpectSame(const std::vector<std::uint64_t>& got, const std::vector<std::uint64_t>& expected,
                Compared compared) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto id = static_cast<hal::RegisterId>(i);
    if (got[i] == expected[i] || !compared(id)) continue;
    throw Broken(std::string(hal::InfoOf(id).name) + " is " + std::to_string(got[i]) + " and not " +
                 std::to_string(expected[i]));
  }
}

/// One state: a host on `pe`, a PerCpu of type P, two guests.
template <class P>
class Subject {
 public:
  Subject(sim::Pe& pe, const vcpu::BlockStage2& stage2, Random& random)
      : pe_(pe), stage2_(stage2), random_(random), fresh_(pe.Snapshot()) {
    guests_[0].emplace(RandomConfig(stage2_, 1, random_));
    guests_[1].emplace(RandomConfig(stage2_, 2, random_));
  }

  unsigned successes() const { return successes_; }

  /// Makes the call and checks what it left. Returns what it returned.
  Status Do(Call call) {
    before_ = RegistersOf(pe_);
    const std::uint64_t daif = pe_.pstate().Bits(sim::Pstate::kDaif | sim::Pstate::kSp);
    const bool was_enabled = cpu_.IsEnabled();
    if (!was_enabled) host_ = before_;
    const Status status = Make(call);
    if (pe_.pstate().el() != 2) throw Broken("not at EL2 any more");
    if (pe_.pstate().Bits(sim::Pstate::kDaif | sim::Pstate::kSp) != daif) throw Broken("DAIF, SP");
    if (status == Status::kRestoreMismatch) {
      const percpu::Error& error = cpu_.last_error();
      throw Broken(std::string("kRestoreMismatch of ") + hal::InfoOf(error.register_id).name +
                   ", " + std::to_string(error.expected) + ", " + std::to_string(error.got));
    }
    if (status == Status::kOk) {
      ++successes_;
      Check(call, was_enabled, RegistersOf(pe_));
    } else {
      ExpectSame(RegistersOf(pe_), before_, kAll);
    }
    return status;
  }

 private:
  static constexpr auto kAll = [](hal::RegisterId) { return true; };

  Status Make(Call call) {
    switch (call) {
      case Call::kCreate: return cpu_.Create(pe_.id());
      case Call::kEnable: return cpu_.HardwareEnable();
      case Call::kDisable: return cpu_.HardwareDisable();
      case Call::kPrepareSuspend: return cpu_.PrepareSuspend();
      case Call::kResumed: return cpu_.Resumed();
      case Call::kSuspendFailed: return cpu_.SuspendFailed();
      case Call::kRunFirst: return Run(0);
      case Call::kRunSecond: return Run(1);
      case Call::kUnloadFirst: return guests_[0]->Unload(cpu_);
      case Call::kUnloadSecond: return guests_[1]->Unload(cpu_);
      case Call::kAudit: return cpu_.Audit();
      case Call::kHandOver: return cpu_.HandOver();
      case Call::kPoweredDown: return PowerDown();
      case Call::kPanic: cpu_.Panic(); return Status::kOk;
      case Call::kLeaveOnCpu: return cpu_.LeaveOnCpu();
      case Call::kHostWrites: return HostWrites();
      case Call::kCount: break;
    }
    return Status::kInvalidArgument;
  }

  Status Run(unsigned n) {
    vcpu::Vcpu& guest = *guests_[n];
    for (std::uint64_t& x : guest.frame().x) x = random_() & 0x7ffff000;
    guest.frame().pc = kRandomGuestEntry;
    guest.frame().pstate = 0x3c5;
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    if (exit) return Status::kOk;
    if (exit.error() == Status::kLostState) Renew(n);
    return exit.error();
  }
  void Renew(unsigned n) {
    guests_[n].emplace(RandomConfig(stage2_, static_cast<std::uint16_t>(n + 1), random_));
  }

  /// The call writes no register; the host comes back with those that it began with.
  Status PowerDown() {
    cpu_.PoweredDown();
    ExpectSame(RegistersOf(pe_), before_, kAll);
    pe_.Restore(fresh_);
    return Status::kOk;
  }

  Status HostWrites() {
    const std::uint64_t value = random_() & 0xffff'f000;
    const bool per_run =
        cpu_.IsEnabled() && pe_.Peek(hal::RegisterId::kTpidrEl2) ==
                                host_[static_cast<unsigned>(hal::RegisterId::kTpidrEl2)];
    const hal::RegisterId id = per_run ? hal::RegisterId::kTpidrEl2 : hal::RegisterId::kMairEl2;
    pe_.Poke(id, value);
    host_[static_cast<unsigned>(id)] = value;
    before_[static_cast<unsigned>(id)] = value;
    return Status::kOk;
  }

  void Check(Call call, bool was_enabled, const std::vector<std::uint64_t>& now) {
    switch (call) {
      case Call::kCreate:
      case Call::kAudit:
      case Call::kHostWrites: return ExpectSame(now, before_, kAll);
      case Call::kEnable:
      case Call::kResumed:
      case Call::kSuspendFailed:
        if (cpu_.Audit() != Status::kOk) throw Broken("Audit() after an enable");
        return ExpectSame(now, host_, [](hal::RegisterId id) { return !IsTrivetOwned(id); });
      case Call::kDisable:
      case Call::kPrepareSuspend:
      case Call::kHandOver:
      case Call::kPanic: return ExpectSame(now, was_enabled ? host_ : before_, kAll);
      case Call::kLeaveOnCpu:
        return ExpectSame(now, host_, [](hal::RegisterId id) { return !IsGuestOwned(id); });
      case Call::kRunFirst:
      case Call::kRunSecond:
        return ExpectSame(
            now, host_, [](hal::RegisterId id) { return !IsGuestOwned(id) && !IsTrivetOwned(id); });
      case Call::kUnloadFirst:
      case Call::kUnloadSecond:
        if (cpu_.guest_owner() != nullptr) return ExpectSame(now, before_, kAll);
        return ExpectSame(now, host_, [](hal::RegisterId id) { return !IsTrivetOwned(id); });
      case Call::kPoweredDown:
      case Call::kCount: break;
    }
  }

  sim::Pe& pe_;
  const vcpu::BlockStage2& stage2_;
  Random& random_;
  const sim::PeState fresh_;
  P cpu_;
  std::optional<vcpu::Vcpu> guests_[2];
  std::vector<std::uint64_t> host_, before_;
  unsigned successes_ = 0;
};

}  // namespace trivet::tests
