// SPDX-License-Identifier: Apache-2.0 OR MIT
// EL2 while it is taken from a running kernel: one CPU enters, alone or in a round, and serves that
// kernel as its guest.

#include <atomic>
#include <cstdint>
#include <optional>

#include "cpu.h"
#include "gate.h"

namespace late {
namespace {

Cpu cpus[LAUNCH_CPUS];

/// Rounds are one after the other: the module's stop_machine() begins and ends each on all CPUs.
struct Rounds {
  std::optional<allcpus::AllCpus<LAUNCH_CPUS>> all;
  std::atomic<std::uint64_t> announced = 0;
} rounds;

/// A CPU that does not come within this time fails the round: 2 s.
std::uint64_t Limit() { return 2 * hal::Cpu::Read<hal::CntfrqEl0>().raw(); }

trivet::Status TakePart(const Request& request, allcpus::Operation operation) {
  const std::uint64_t round = request.argument >> 16;
  const unsigned rank = request.argument & 0xff, count = request.argument >> 8 & 0xff;
  const allcpus::LocalCpu local = request.cpu.Local(request);
  Clock clock;
  if (rank == 0) {
    rounds.all.emplace(count);
    const trivet::Status status = rounds.all->Announce(operation);
    if (status != trivet::Status::kOk) return status;
    rounds.announced = round;
    // The round's error is that of the CPU that caused it; this is this CPU's own.
    if (rounds.all->Lead(rank, local, clock, Limit()) == trivet::Status::kOk)
      return trivet::Status::kOk;
    const trivet::Status own = rounds.all->report(rank).status;
    return own == trivet::Status::kOk ? trivet::Status::kPeerFailed : own;
  }
  for (const std::uint64_t begin = clock.Now(); rounds.announced != round;) {
    if (clock.Now() - begin > Limit()) return trivet::Status::kTimedOut;
    clock.Pause();
  }
  return rounds.all->Join(rank, local, clock, Limit());
}

trivet::Status Change(const Request& request, bool all, allcpus::Operation operation) {
  return all ? TakePart(request, operation) : request.cpu.ChangeAlone(request, operation);
}

void Return(std::uint64_t* x, const Cpu& cpu, trivet::Status status) {
  const auto& error = cpu.last_error();
  x[0] = static_cast<std::uint64_t>(status);
  x[1] = static_cast<std::uint64_t>(error.register_id);
  x[2] = error.expected;
  x[3] = error.got;
}

/// From a CPU that has been taken until it is given back.
void Serve(Gate& gate, Cpu& cpu) {
  trivet::vectors::GuestFrame frame = {};
  for (unsigned i = 0; i < 31; ++i) frame.x[i] = gate.x[i];
  frame.pc = gate.pc;
  frame.pstate = gate.pstate;
  for (;;) {
    switch (cpu.Run(frame)) {
      case Next::kResume: continue;
      case Next::kGive:
      case Next::kGiveAll: {
        const Request request = {cpu, frame.x[6], frame.x[7]};
        const bool all = frame.x[0] == LAUNCH_GIVE_ALL;
        const trivet::Status status =
            cpu.Checked(Change(request, all, allcpus::Operation::kDisable));
        Return(frame.x, cpu, status);
        if (status != trivet::Status::kOk) continue;
        break;
      }
      case Next::kLeave: break;
    }
    break;
  }
  cpu.RecordLeave();
  for (unsigned i = 0; i < 31; ++i) gate.x[i] = frame.x[i];
  gate.pc = frame.pc;
  gate.pstate = frame.pstate;
}

}  // namespace

extern "C" [[noreturn]] void LateSecond(std::uint64_t cpu) { cpus[cpu].RunSecond(); }

extern "C" void LateEnter(Gate* gate) {
  Cpu& cpu = cpus[gate->x[1]];
  cpu.Name(static_cast<unsigned>(gate->x[1]), gate->x[5]);
  const std::uint64_t operation = gate->x[0];
  const Request request = {cpu, gate->x[6], gate->x[7]};
  trivet::Status status = trivet::Status::kOk;
  switch (operation) {
    case LAUNCH_READ: cpu.ReadRegisters(*gate); break;
    case LAUNCH_PREPARE: status = PrepareMemory(request.argument); break;
    case LAUNCH_TAKE:
    case LAUNCH_TAKE_ALL:
      status = Change(request, operation == LAUNCH_TAKE_ALL, allcpus::Operation::kEnable);
      break;
    default: status = trivet::Status::kInvalidArgument;
  }
  const bool taken = cpu.IsEnabled();
  Return(gate->x, cpu, status);
  if (taken) return Serve(*gate, cpu);
  cpu.RestoreVectors();
}

}  // namespace late
