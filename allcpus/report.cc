#include "allcpus/report.h"

#include "hal/text_writer.h"

namespace trivet::allcpus {

const char* ToString(Fate fate) {
  switch (fate) {
    case Fate::kChanged: return "changed";
    case Fate::kAsBefore: return "as before";
    case Fate::kAbsent: return "never arrived";
    case Fate::kUnresolved: return "stopped in the middle of its change";
    case Fate::kUndoFailed: return "could not be put back";
    case Fate::kUndecided: return "changed, without a verdict";
  }
  return "an unknown fate";
}

void Print(const CpuReport* cpus, unsigned count, hal::TextSink sink) {
  hal::TextWriter out(sink);
  for (unsigned i = 0; i < count; ++i) {
    const Fate fate = cpus[i].fate;
    if (!IsToBlame(cpus[i]) && (fate == Fate::kChanged || fate == Fate::kAsBefore)) continue;
    out.Text("CPU ").Decimal(i).Text(": ").Text(trivet::ToString(cpus[i].status));
    out.Text(", ").Text(ToString(fate)).EndLine();
  }
}

}  // namespace trivet::allcpus
