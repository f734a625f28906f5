// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/instructions/coprocessor.h"

namespace trivet::sim {
namespace {

constexpr Cp15Register kRegisters[] = {
#define CP15(name, opc1, crn, crm, opc2, storage, low) \
  {name, Cp15Iss(opc1, crn, crm, opc2), hal::RegisterId::k##storage, low},
#include "sim/instructions/coprocessor.def"
#undef CP15
};

}  // namespace

const Cp15Register* FindCp15(std::uint64_t iss) {
  for (const Cp15Register& entry : kRegisters) {
    if (entry.iss == iss) return &entry;
  }
  return nullptr;
}

}  // namespace trivet::sim
