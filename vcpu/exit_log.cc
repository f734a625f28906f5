// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/exit_log.h"

#include <algorithm>

#include "hal/line_writer.h"

namespace trivet::vcpu {

const char* ToString(ExitReason reason) {
  switch (reason) {
    case ExitReason::kHypercall: return "kHypercall";
    case ExitReason::kSecureMonitorCall: return "kSecureMonitorCall";
    case ExitReason::kWaitTrap: return "kWaitTrap";
    case ExitReason::kSystemRegister: return "kSystemRegister";
    case ExitReason::kIrq: return "kIrq";
    case ExitReason::kFiq: return "kFiq";
    case ExitReason::kAArch32: return "kAArch32";
    case ExitReason::kOther: return "kOther";
    case ExitReason::kDataAbort: return "kDataAbort";
    case ExitReason::kInstructionAbort: return "kInstructionAbort";
    case ExitReason::kSError: return "kSError";
  }
  return "an unknown reason";
}

void PrintCounts(const ExitLog& log, unsigned cpu, hal::TextSink lines) {
  for (unsigned i = 0; i < kExitReasons; ++i) {
    const auto reason = static_cast<ExitReason>(i);
    const std::uint64_t count = log.CountOf(reason);
    if (count == 0) continue;
    hal::LineWriter line(lines);
    line.Text("CPU ").Decimal(cpu).Text(": ").Decimal(count).Text(" exits by ");
    line.Name(ToString(reason));
  }
}

void Print(const ExitLog& log, unsigned cpu, hal::TextSink lines) {
  PrintCounts(log, cpu, lines);
  const std::uint64_t total = log.total();
  for (std::uint64_t i = total - std::min<std::uint64_t>(total, ExitLog::kLast); i < total; ++i) {
    const ExitLog::Entry exit = log.At(i);
    hal::LineWriter line(lines);
    line.Text("CPU ").Decimal(cpu).Text(": exit ").Decimal(i).Text(": ");
    line.Name(ToString(exit.reason)).Text(", PC ").Hex(exit.pc);
    if (exit.syndrome != 0) line.Text(", ESR_EL2 ").Hex(exit.syndrome);
    if (exit.address != ExitLog::kNoAddress) line.Text(", IPA ").Hex(exit.address);
  }
}

}  // namespace trivet::vcpu
