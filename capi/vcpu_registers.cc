// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest's registers of EL1 and EL0, by encoding.

#include "capi/object.h"
#include "hal/register_info.h"
#include "vcpu/vcpu.h"

namespace trivet::capi {
namespace {

using percpu::GuestRegisters;

template <class R>
constexpr std::uint32_t kEncoding = [] {
  const hal::Encoding e = hal::kInfo<R>.encoding;
  return e.op0 << 14 | e.op1 << 11 | e.crn << 7 | e.crm << 3 | e.op2;
}();

/// Calls visit.operator()<R>(bank) for the register with this encoding; false: there is none.
template <class Visit>
bool VisitRegister(GuestRegisters& registers, std::uint32_t encoding, Visit visit) {
#define ON_LOAD(Type) \
  if (encoding == kEncoding<hal::Type>) return visit.template operator()<hal::Type>(registers.load);
#define ON_RUN(Type) \
  if (encoding == kEncoding<hal::Type>) return visit.template operator()<hal::Type>(registers.run);
#include "hal/regs/guest.def"
  return false;
}

template <class Visit>
trivet_status Access(trivet_vcpu* vcpu, std::uint32_t encoding, Visit visit) {
  GuestRegisters& registers = As<vcpu::Vcpu>(vcpu).registers();
  if (registers.loaded_on != nullptr) return TRIVET_LOADED_ELSEWHERE;
  return VisitRegister(registers, encoding, visit) ? TRIVET_OK : TRIVET_INVALID_ARGUMENT;
}

}  // namespace
}  // namespace trivet::capi

trivet_status trivet_vcpu_read(const trivet_vcpu* vcpu, uint32_t encoding, uint64_t* value) {
  return trivet::capi::Access(const_cast<trivet_vcpu*>(vcpu), encoding, [=]<class R>(auto& bank) {
    *value = bank.template Get<R>().raw();
    return true;
  });
}

trivet_status trivet_vcpu_write(trivet_vcpu* vcpu, uint32_t encoding, uint64_t value) {
  return trivet::capi::Access(vcpu, encoding, [=]<class R>(auto& bank) {
    bank.template Set<R>(R::Value::FromRaw(value));
    return true;
  });
}
