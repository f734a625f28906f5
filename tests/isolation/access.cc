// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/access.h"

namespace trivet::tests {

const hal::RegisterInfo* Access::description() const {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    if (info.encoding == encoding()) return &info;
  }
  return nullptr;
}

text::Sink& operator<<(text::Sink& out, Access access) {
  const hal::Encoding e = access.encoding();
  const char* const reads = access.is_instruction() ? "SYSL " : "MRS ";
  const char* const writes = access.is_instruction() ? "SYS " : "MSR ";
  out << (access.is_read() ? reads : writes) << unsigned{e.op0} << "," << unsigned{e.op1} << ","
      << unsigned{e.crn} << "," << unsigned{e.crm} << "," << unsigned{e.op2};
  const hal::RegisterInfo* const info = access.description();
  return info == nullptr ? out : out << " " << info->name;
}

// [arm-arm] MSR VBAR_EL1, X0; MRS X0, CTR_EL0; TLBI VMALLE1.
static_assert(Access(Access::kEncodings + (2 << 14) + 0x600).word() == 0xd518'c000);
static_assert(Access((2 << 14) + 0x1801).word() == 0xd53b'0020);
static_assert(Access(Access::kEncodings + 0x438).word() == 0xd508'8700);

}  // namespace trivet::tests
