// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/trace_deviations.h"

#include <cstdint>

#include "hal/exception_class.h"
#include "lab/board/deviations.h"

namespace trivet::lab::board::trace {
namespace {

using hal::ExceptionClass;

enum class What : std::uint8_t { kSyndrome, kNoFault };

struct TraceDeviation {
  What what;
  std::string_view name;
  std::uint64_t bits;  ///< Of the ESR, or the whole DFSC.
  std::string_view reason;
};

constexpr TraceDeviation kDeviations[] = {
#define QEMU_SYNDROME(name, bits, reason) {What::kSyndrome, name, bits, reason},
#define QEMU_NO_FAULT(name, dfsc, reason) {What::kNoFault, name, dfsc, reason},
#include "lab/board/trace/trace_deviations.def"
#undef QEMU_SYNDROME
#undef QEMU_NO_FAULT
};

/// True when exactly one of the two is UNDEFINED.
bool DisagreeAboutAccess(const Outcome& one, const Outcome& other) {
  const auto undefined = [](const Outcome& outcome) {
    return outcome.what != 0 && ClassOf(outcome) == ExceptionClass::kUnknown;
  };
  return undefined(one) != undefined(other);
}

std::string_view ReasonOfRegister(const CompiledLine& line, const Outcome& target, bool on_qemu) {
  if (!DisagreeAboutAccess(target, line.prediction.outcome)) return "";
  for (const Deviation& deviation : Deviations()) {
    const bool of_access = deviation.bits == Deviation::kAccess;
    if (of_access && deviation.Concerns(line.line.name, on_qemu)) return deviation.reason;
  }
  return "";
}

bool IsDataAbort(const Prediction& prediction) {
  const ExceptionClass ec = ClassOf(prediction.outcome);
  return prediction.wrote_esr &&
         (ec == ExceptionClass::kDataAbortLower || ec == ExceptionClass::kDataAbortSame);
}

bool Fits(const TraceDeviation& deviation, const Prediction& ours, const Outcome& target,
          std::string_view fields) {
  if (deviation.what == What::kSyndrome) {
    return fields == "esr" && ((ours.outcome.esr ^ target.esr) & ~deviation.bits) == 0;
  }
  constexpr std::uint64_t kDfsc = 0x3f;
  return IsDataAbort(ours) && (ours.outcome.esr & kDfsc) == deviation.bits;
}

}  // namespace

std::string_view ReasonOf(const CompiledLine& line, const Outcome& target, std::string_view fields,
                          bool on_qemu) {
  if (const std::string_view reason = ReasonOfRegister(line, target, on_qemu); !reason.empty()) {
    return reason;
  }
  if (!on_qemu) return "";
  for (const TraceDeviation& deviation : kDeviations) {
    const bool named = deviation.name == line.line.name;
    if (named && Fits(deviation, line.prediction, target, fields)) return deviation.reason;
  }
  return "";
}

}  // namespace trivet::lab::board::trace
