#include "tests/isolation/owner.h"

#include "hal/registers.h"
#include "percpu/host_registers.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

bool IsSwitched(RegisterId id) {
#define REGISTER(Type, ...)                                                                    \
  if (id == RegisterId::k##Type &&                                                             \
      (percpu::El1Registers::Contains<Type>() || percpu::SharedRegisters::Contains<Type>())) { \
    return true;                                                                               \
  }
#define SAME_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define INSTANCE(Type, ...) REGISTER(Type)
#include "hal/regs/all.def"
  return false;
}

template <unsigned kSize>
constexpr bool IsOneOf(RegisterId id, const RegisterId (&ids)[kSize]) {
  for (const RegisterId one : ids) {
    if (one == id) return true;
  }
  return false;
}

using enum RegisterId;
/// In SPSR_EL2 over every exit, or of the CPU's identity.
constexpr RegisterId kInPstate[] = {kDaif, kSpSel, kNzcv,   kPan,       kUao,        kDit,
                                    kSsbs, kTco,   kAllInt, kCurrentEl, kCntvTvalEl0};
constexpr RegisterId kTime[] = {kCntpctEl0, kCntvctEl0, kCntpctssEl0, kCntvctssEl0};
constexpr RegisterId kIdentity[] = {kCtrEl0,  kDczidEl0,  kCcsidrEl1, kCcsidrEl1Ccidx, kClidrEl1,
                                    kAidrEl1, kCntfrqEl0, kIsrEl1,    kErridrEl1,      kLoridEl1};

/// Encodings that SYS and SYSL share: what they may do in a guest.
struct InstructionFamily {
  std::uint8_t op1, crn;
  std::uint16_t crms;  ///< A bit for each value of CRm.
  std::uint8_t op2s;   ///< A bit for each value of op2.
  const char* reason;
};
constexpr InstructionFamily kFamilies[] = {
    // [arm-arm] "A64 System instructions for TLB maintenance": EL1&0 forms use the current VMID.
    {0, 8, 0xffff, 0xff, "TLB entries of its own VMID"},
    {0, 9, 0xffff, 0xff, "TLB entries of its own VMID"},
    // [arm-arm] "for address translation": the result is in PAR_EL1, which is switched.
    {0, 7, 1 << 8 | 1 << 9, 0xff, "its own translation, into PAR_EL1"},
    // [arm-arm] "for cache maintenance": instruction caches hold no state; by address, stage 2
    // decides.
    {0, 7, 1 << 1 | 1 << 5, 1 << 0, "instruction caches"},
    {3, 7, 1 << 5, 1 << 1, "instruction caches"},
    {0, 7, 1 << 6, 1 << 1 | 1 << 3 | 1 << 5, "its own memory, by address"},
    {3, 7, 1 << 4 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14,
     1 << 1 | 1 << 3 | 1 << 4 | 1 << 5, "its own memory, by address"},
    // [arm-arm] CFP RCTX and others: at EL1 and EL0 the current VMID's.
    {3, 7, 1 << 3, 0xf0, "predictions of its own VMID"},
    // [arm-arm] GCSPUSHM, GCSPOPM, GCSSS1, GCSSS2: nothing happens while the guest's GCS is off.
    {3, 7, 1 << 7, 0x0f, "a guarded control stack that is off"},
};

const char* ReasonToExecute(Encoding e) {
  for (const InstructionFamily& family : kFamilies) {
    const bool names = family.op1 == e.op1 && family.crn == e.crn;
    if (names && (family.crms >> e.crm & 1) != 0 && (family.op2s >> e.op2 & 1) != 0) {
      return family.reason;
    }
  }
  return nullptr;
}

/// The space of CPU identification: what has no description reads as zero or an ID value.
bool IsIdSpace(Encoding e) { return e.op0 == 3 && e.op1 == 0 && e.crn == 0; }

}  // namespace

const char* ReasonToPerform(Access access) {
  if (access.is_instruction()) return ReasonToExecute(access.encoding());
  const RegisterInfo* const info = access.description();
  if (access.is_read() && IsIdSpace(access.encoding())) return "identification";
  if (info == nullptr) return nullptr;
  if (IsSwitched(info->id)) return "switched";
  if (IsOneOf(info->id, kInPstate)) return "in SPSR_EL2";
  if (access.is_read() && IsOneOf(info->id, kIdentity)) return "identification";
  if (access.is_read() && IsOneOf(info->id, kTime)) return "time";
  return nullptr;
}

bool Moves(Access access) {
  constexpr Encoding kRandom = {3, 3, 2, 4, 0}, kReseeded = {3, 3, 2, 4, 1};  // RNDR, RNDRRS
  if (access.encoding() == kRandom || access.encoding() == kReseeded) return true;
  const RegisterInfo* const info = access.description();
  return info != nullptr &&
         (IsOneOf(info->id, kTime) || info->id == kCntvTvalEl0 || info->id == kCntpTvalEl0);
}

}  // namespace trivet::tests
