// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "allcpus/rendezvous.h"
#include "hal/decode.h"
#include "hal/status.h"
#include "percpu/per_cpu_state.h"

namespace trivet::allcpus {

/// A CPU's state at the end of a round.
enum class Outcome : std::uint8_t {
  kChanged,     ///< Changed, as the round required.
  kAsBefore,    ///< As it was before the round, and it will stay so.
  kAbsent,      ///< Likewise: it never joined, and if it does it gets an error.
  kUnresolved,  ///< Stopped in the middle of its change: it undoes it before its Join() returns, or
                ///< Join() returns kTimedOut and the CPU is kUndecided.
  kUndoFailed,  ///< Could not be restored: `status` and `error` have the reason.
  kUndecided,   ///< Changed, and left: the leader stopped for longer than twice the limit while
                ///< rechecking, and another CPU then prevented success.
};

/// One CPU in the leader's report.
struct CpuReport {
  Outcome outcome = Outcome::kAbsent;
  /// kOk; kTimedOut for a CPU that delayed the round; kPeerFailed for one that did not; or this
  /// CPU's own error.
  Status status = Status::kOk;
  percpu::Error error = {};  ///< Details, where the failure is this CPU's own.
};

/// True when this CPU is a cause of the round's failure.
constexpr bool CausedFailure(const CpuReport& cpu) {
  return cpu.status != Status::kOk && cpu.status != Status::kPeerFailed;
}

/// The outcome as text, for messages. Never null.
const char* ToString(Outcome outcome);

/// Prints one line for each CPU that caused a failure, or whose outcome is neither kChanged nor
/// kAsBefore. Each is one call of the sink, with its end: lines of several CPUs do not mix.
///
///     CPU 2: kInUse, as before
void Print(const CpuReport* cpus, unsigned count, hal::TextSink sink);

}  // namespace trivet::allcpus
