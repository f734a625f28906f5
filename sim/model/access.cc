// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/model/access.h"

#include <unordered_map>
#include <vector>

#include "sim/model/model.h"

namespace trivet::sim {
namespace {

using hal::Encoding;
using hal::RegisterInfo;
using enum hal::Access;
using enum hal::Feature;

constexpr AccessInfo kOperations[] = {
#define OPERATION(name, op0, op1, crn, crm, op2, access, feature, el) \
  {name, Encoding{op0, op1, crn, crm, op2}, access, feature, el, el},
#define TRAPS_ONLY(name, op0, op1, crn, crm, op2, access, feature, el) \
  {name, Encoding{op0, op1, crn, crm, op2}, access, feature, el, el, false},
#include "sim/model/operations.def"
#undef OPERATION
#undef TRAPS_ONLY
};

/// Registers that EL0 may read and only a higher level may write. [arm-arm] their "Accessibility".
struct WriteLevel {
  hal::RegisterId id;
  std::uint8_t least_el;
};
constexpr WriteLevel kWriteLevels[] = {
    {hal::RegisterId::kTpidrroEl0, 1},
    {hal::RegisterId::kPmuserenrEl0, 1},
    {hal::RegisterId::kGcsprEl0, 1},
    // Only at the highest implemented level: EL2 here; with EL3 no simulated level.
    {hal::RegisterId::kCntfrqEl0, 2},
};

std::uint8_t LeastWriteEl(const RegisterInfo& info) {
  for (const WriteLevel& level : kWriteLevels) {
    if (level.id == info.id) return level.least_el;
  }
  return static_cast<std::uint8_t>(LeastEl(info));
}

std::vector<AccessInfo> MakeTable() {
  std::vector<AccessInfo> table;
  for (const RegisterInfo& info : hal::AllRegisters()) {
    // Whether an access of DBGPRCR_EL1 completes depends on FEAT_DoPD and the power domain.
    const bool completes = info.id != hal::RegisterId::kDbgprcrEl1;
    table.push_back({info.name, info.encoding, info.access, info.needs,
                     static_cast<std::uint8_t>(LeastEl(info)), LeastWriteEl(info), completes});
  }
  table.push_back({"(none)", {}, kReadWrite, kBase, 3, 3});
  table.insert(table.end(), std::begin(kOperations), std::end(kOperations));
  return table;
}

const std::vector<AccessInfo>& Table() {
  static const std::vector<AccessInfo> table = MakeTable();
  return table;
}

}  // namespace

unsigned AccessCount() { return static_cast<unsigned>(Table().size()); }
const AccessInfo& AccessInfoOf(AccessId id) { return Table()[id.index()]; }

AccessId FindAccess(std::string_view name) {
  static const auto operations = [] {
    std::unordered_map<std::string_view, unsigned> map;
    for (unsigned i = 0; i < std::size(kOperations); ++i) map.emplace(kOperations[i].name, i);
    return map;
  }();
  const hal::RegisterId reg = FindRegister(name);
  if (reg != hal::RegisterId::kCount) return reg;
  const auto found = operations.find(name);
  return found == operations.end() ? AccessId() : AccessId::Operation(found->second);
}

}  // namespace trivet::sim
