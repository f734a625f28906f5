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

/// Registers that are there or not, from what is known of registers: deviations.def, kAccess.
struct RegisterDeviation {
  bool of_qemu;
  std::string_view name;  ///< A name that ends in "*" stands for all that begin so.
  std::uint64_t bits;
  std::string_view reason;
};

constexpr std::uint64_t kAccess = 0;
constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr RegisterDeviation kRegisterDeviations[] = {
#define SIMULATOR(name, bits, reason) {false, name, bits, reason},
#define CHOICE(name, bits, reason) {false, name, bits, reason},
#define QEMU(name, bits, reason) {true, name, bits, reason},
#include "tests/conformance/deviations.def"
#undef SIMULATOR
#undef CHOICE
#undef QEMU
};

bool IsNamed(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

/// True when one says UNDEFINED, whatever the other. [arm-arm] ESR_ELx.EC 0.
bool DisagreeAboutAccess(const Outcome& one, const Outcome& other) {
  constexpr unsigned kEcShift = 26;
  const auto undefined = [](const Outcome& outcome) {
    return outcome.what != 0 && outcome.esr >> kEcShift == 0;
  };
  return undefined(one) != undefined(other);
}

std::string_view ReasonOfRegister(const CompiledLine& line, const Outcome& target, bool on_qemu) {
  if (!DisagreeAboutAccess(target, line.prediction.outcome)) return "";
  for (const RegisterDeviation& deviation : kRegisterDeviations) {
    if (deviation.bits != kAccess || (deviation.of_qemu && !on_qemu)) continue;
    if (IsNamed(deviation.name, line.line.name)) return deviation.reason;
  }
  return "";
}

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
  if (const std::string_view reason = ReasonOfRegister(line, target, on_qemu); !reason.empty()) {
    return reason;
  }
  if (!on_qemu) return "";
  for (const Deviation& deviation : kDeviations) {
    const bool named = deviation.name == line.line.name;
    if (named && Fits(deviation, line.prediction, target, fields)) return deviation.reason;
  }
  return "";
}

}  // namespace trivet::conformance::trace
