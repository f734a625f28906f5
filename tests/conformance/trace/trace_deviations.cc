#include "tests/conformance/trace/trace_deviations.h"

#include <cstdint>

namespace trivet::conformance::trace {
namespace {

enum class What : std::uint8_t { kSyndrome, kNoFault };

struct Deviation {
  What what;
  std::string_view name;
  std::uint64_t bits;  ///< Of the ESR, or the whole DFSC.
  std::string_view reason;
};

constexpr Deviation kDeviations[] = {
#define QEMU_SYNDROME(name, bits, reason) {What::kSyndrome, name, bits, reason},
#define QEMU_NO_FAULT(name, dfsc, reason) {What::kNoFault, name, dfsc, reason},
#include "tests/conformance/trace/trace_deviations.def"
#undef QEMU_SYNDROME
#undef QEMU_NO_FAULT
};

/// [arm-arm] ESR_ELx.EC: a data abort, from a lower level or this one.
bool IsDataAbort(const Prediction& prediction) {
  constexpr std::uint64_t kEcShift = 26, kLower = 0x24, kSame = 0x25;
  const std::uint64_t ec = prediction.outcome.esr >> kEcShift & 0x3f;
  return prediction.wrote_esr && (ec == kLower || ec == kSame);
}

bool Fits(const Deviation& deviation, const Prediction& ours, const Outcome& target,
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
  if (!on_qemu) return "";
  for (const Deviation& deviation : kDeviations) {
    const bool named = deviation.name == line.line.name;
    if (named && Fits(deviation, line.prediction, target, fields)) return deviation.reason;
  }
  return "";
}

}  // namespace trivet::conformance::trace
