// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "allcpus/report.h"

#include "hal/line_writer.h"

namespace trivet::allcpus {

const char* ToString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kChanged: return "changed";
    case Outcome::kAsBefore: return "as before";
    case Outcome::kAbsent: return "never arrived";
    case Outcome::kUnresolved: return "stopped in the middle of its change";
    case Outcome::kUndoFailed: return "could not be put back";
    case Outcome::kUndecided: return "changed, without a verdict";
  }
  return "an unknown outcome";
}

void Print(const CpuReport* cpus, unsigned count, hal::TextSink sink) {
  for (unsigned i = 0; i < count; ++i) {
    const Outcome outcome = cpus[i].outcome;
    if (!CausedFailure(cpus[i]) && (outcome == Outcome::kChanged || outcome == Outcome::kAsBefore))
      continue;
    hal::LineWriter line(sink);
    line.Text("CPU ").Decimal(i).Text(": ").Name(trivet::ToString(cpus[i].status));
    line.Text(", ").Name(ToString(outcome));
  }
}

}  // namespace trivet::allcpus
