#pragma once

#include <cstdint>

#include "allcpus/rendezvous.h"
#include "hal/decode.h"
#include "hal/status.h"
#include "percpu/per_cpu_state.h"

namespace trivet::allcpus {

/// In what state the leader left a CPU.
enum class Outcome : std::uint8_t {
  kChanged,     ///< As the round was to make it.
  kAsBefore,    ///< As it was before the round, and it will stay so.
  kAbsent,      ///< Likewise: it never joined, and if it does it gets an error.
  kUnresolved,  ///< Stopped in the middle of its change: it goes back before its Join() returns, or
                ///< that says kTimedOut and the CPU turns out to be kUndecided.
  kUndoFailed,  ///< Could not be put back: `status` and `error` say why.
  kUndecided,   ///< Changed, and gone: the leader itself stopped for longer than twice the limit
                ///< while rechecking, and then another CPU kept it from saying that the round
                ///< stands.
};

/// One CPU in the leader's report.
struct CpuReport {
  Outcome outcome = Outcome::kAbsent;
  /// kOk; kTimedOut for a CPU that held the round up; kPeerFailed for one that did not; or what
  /// failed on this CPU.
  Status status = Status::kOk;
  percpu::Error error = {};  ///< More, where the failure is this CPU's own.
};

/// True when this CPU is one of those that the round failed for.
constexpr bool IsToBlame(const CpuReport& cpu) {
  return cpu.status != Status::kOk && cpu.status != Status::kPeerFailed;
}

/// What a outcome means, for messages. Never null.
const char* ToString(Outcome outcome);

/// One line a CPU that is to blame, or whose outcome is neither kChanged nor kAsBefore:
///
///     CPU 2: kInUse, as before
void Print(const CpuReport* cpus, unsigned count, hal::TextSink sink);

}  // namespace trivet::allcpus
