#include "sim/traps.h"

#include <algorithm>
#include <span>

#include "hal/registers.h"

namespace trivet::sim {
namespace {

using enum hal::RegisterId;
using hal::RegisterId;
using enum Direction;
using enum World;

constexpr std::uint8_t kEl1 = 1 << 1;  // Trap::from

// Groups of registers that one control traps. [arm-arm] HCR_EL2, by field name.
constexpr RegisterId kVirtualMemory[] = {kSctlrEl1, kTtbr0El1, kTtbr1El1,     kTcrEl1,
                                         kEsrEl1,   kFarEl1,   kAfsr0El1,     kAfsr1El1,
                                         kMairEl1,  kAmairEl1, kContextidrEl1};
constexpr RegisterId kGroup1[] = {kRevidrEl1, kAidrEl1};
constexpr RegisterId kGroup2[] = {kCtrEl0, kClidrEl1, kCsselrEl1};
constexpr RegisterId kAuxiliary[] = {kActlrEl1};
constexpr RegisterId kCpacr[] = {kCpacrEl1};
constexpr RegisterId kSreOfEl1[] = {kIccSreEl1};
constexpr RegisterId kGicCommon[] = {kIccPmrEl1,   kIccRprEl1,   kIccCtlrEl1,  kIccDirEl1,
                                     kIccSgi0rEl1, kIccSgi1rEl1, kIccAsgi1rEl1};
constexpr RegisterId kGicGroup0[] = {kIccIar0El1, kIccEoir0El1,   kIccHppir0El1,
                                     kIccBpr0El1, kIccIgrpen0El1, kIccAp0r0El1};
constexpr RegisterId kGicGroup1[] = {kIccIar1El1, kIccEoir1El1,   kIccHppir1El1,
                                     kIccBpr1El1, kIccIgrpen1El1, kIccAp1r0El1};
constexpr RegisterId kGicDir[] = {kIccDirEl1};

/// ID group 3 is a range of encodings, also the reserved ones. [arm-arm] HCR_EL2.TID3.
bool IsGroup3(const hal::Encoding& e) {
  return e.op0 == 3 && e.op1 == 0 && e.crn == 0 && e.crm >= 1 && e.crm <= 7;
}

constexpr auto kHcr = [](hal::HcrEl2 bits) { return bits.raw(); };
constexpr std::uint64_t kTid3 = kHcr(hal::HcrEl2().tid3(true));

struct Rule {
  std::span<const RegisterId> group;
  Trap trap;
};

/// A control bit that traps to EL2 when set.
constexpr Trap WhenSet(RegisterId control, std::uint64_t mask, Direction direction = kBoth,
                       std::uint8_t from = kEl1) {
  return {control, mask, mask, direction, from, kAny, 2, ExceptionClass::kSystem};
}

constexpr Rule kRules[] = {
    {kVirtualMemory, WhenSet(kHcrEl2, kHcr(hal::HcrEl2().tvm(true)), kWrite)},
    {kVirtualMemory, WhenSet(kHcrEl2, kHcr(hal::HcrEl2().trvm(true)), kRead)},
    {kGroup1, WhenSet(kHcrEl2, kHcr(hal::HcrEl2().tid1(true)), kRead)},
    {kGroup2, WhenSet(kHcrEl2, kHcr(hal::HcrEl2().tid2(true)))},
    {kAuxiliary, WhenSet(kHcrEl2, kHcr(hal::HcrEl2().tacr(true)))},
    {kCpacr, {kCptrEl2, 1u << 31, 1u << 31, kBoth, kEl1, kAny, 2, ExceptionClass::kSystem}},
    {kSreOfEl1,
     {kIccSreEl2, hal::IccSreEl2().enable(true).raw(), 0, kBoth, kEl1, kAny, 2,
      ExceptionClass::kSystem}},
    {kGicCommon, WhenSet(kIchHcrEl2, hal::IchHcrEl2().tc(true).raw())},
    {kGicGroup0, WhenSet(kIchHcrEl2, hal::IchHcrEl2().tall0(true).raw())},
    {kGicGroup1, WhenSet(kIchHcrEl2, hal::IchHcrEl2().tall1(true).raw())},
    {kGicDir, WhenSet(kIchHcrEl2, hal::IchHcrEl2().tdir(true).raw())},
};

}  // namespace

std::vector<Trap> TrapsOf(RegisterId id) {
  std::vector<Trap> traps;
  for (const Rule& rule : kRules) {
    if (std::ranges::find(rule.group, id) != rule.group.end()) traps.push_back(rule.trap);
  }
  if (IsGroup3(hal::InfoOf(id).encoding)) traps.push_back(WhenSet(kHcrEl2, kTid3, kRead));
  return traps;
}

}  // namespace trivet::sim
