// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/host_registers.h"

#include <type_traits>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/presence.h"
#include "hal/registers.h"
#include "hal/roles.h"

extern "C" void trivet_mark_vectors(std::uint64_t marker);
extern "C" bool trivet_vectors_are_marked(std::uint64_t marker);

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Vn holds it plus n.
constexpr std::uint64_t kVectorMarker = kMarker | 0x1000;

template <unsigned kSize>
constexpr bool IsOneOf(RegisterId id, const RegisterId (&ids)[kSize]) {
  for (const RegisterId one : ids) {
    if (one == id) return true;
  }
  return false;
}

/// Of EL1 and EL0, but with an effect on EL2 or on the machine: PSTATE, debug, what counts or
/// interrupts, and bits of the implementation.
bool HasEffectOnHost(const RegisterInfo& info) {
  using enum RegisterId;
  static constexpr RegisterId kIds[] = {
      kDaif,          kSpSel,         kNzcv,           kPan,
      kUao,           kDit,           kSsbs,           kTco,
      kAllInt,        kSvcr,          kMdscrEl1,       kOsdlrEl1,
      kActlrEl1,      kCntfrqEl0,     kDbgclaimclrEl1, kDbgclaimsetEl1,
      kCntpCtlEl0,    kCntpTvalEl0,   kCntvCtlEl0,     kCntvTvalEl0,
      kPmcrEl0,       kPmcntensetEl0, kPmcntenclrEl0,  kPmintensetEl1,
      kPmintenclrEl1,
  };
  const bool gic_interface = info.needs == Feature::kGicV3;
  return gic_interface || IsOneOf(info.id, kIds);
}

/// Of EL2, without an effect on a host that runs no guest.
bool IsIdleAtEl2(RegisterId id) {
  using enum RegisterId;
  static constexpr RegisterId kIds[] = {
      kAfsr0El2,   kAfsr1El2,      kAmairEl2,   kCntvoffEl2,   kVpidrEl2,    kVmpidrEl2,
      kTpidrEl2,   kContextidrEl2, kScxtnumEl2, kCnthvCvalEl2, kVsesrEl2,    kVdisrEl2,
      kTtbr1El2,   kPirEl2,        kPire0El2,   kPorEl2,       kMair2El2,    kAmair2El2,
      kVttbrEl2,   kHstrEl2,       kHfgrtrEl2,  kHfgwtrEl2,    kHfgitrEl2,   kHdfgrtrEl2,
      kHdfgwtrEl2, kGcsprEl2,      kS2pirEl2,   kIchVmcrEl2,   kIchAp0r0El2, kIchAp1r0El2,
  };
  return IsOneOf(id, kIds);
}

bool MayMark(const RegisterInfo& info) {
  constexpr unsigned kEl1 = 0, kEl0 = 3;
  const unsigned op1 = info.encoding.op1;
  if (op1 == kEl1 || op1 == kEl0) return !HasEffectOnHost(info);
  return IsIdleAtEl2(info.id);
}

/// Reading acknowledges an interrupt.
bool ReadActs(RegisterId id) {
  using enum RegisterId;
  static constexpr RegisterId kIds[] = {kIccIar0El1, kIccIar1El1, kIccNmiar1El1};
  return IsOneOf(id, kIds);
}

/// R by the name that reaches it under the host's E2H.
template <class R, bool kE2h>
using NameOf =
    std::conditional_t<kE2h, typename NamesAtEl2<R>::E2hSet, typename NamesAtEl2<R>::E2hClear>;

struct Circumstances {
  FeatureSet features = FeatureSet::From(IdValues::Read<Cpu>());
  bool e2h = Cpu::Read<HcrEl2>().e2h();

  template <class R>
  bool Have() const {
    return IsPresent<Cpu>(kInfo<R>, features);
  }
};

template <class R, bool kE2h>
void MarkAs() {
  constexpr auto kId = static_cast<unsigned>(kInfo<R>.id);
  using Name = NameOf<R, kE2h>;
  Cpu::Write<Name>(Name::Value::FromRaw(kMarker | kId));
  Cpu::Isb();
}

template <class R>
void Mark(const Circumstances& now) {
  if constexpr (ReadableRegister<R> && WritableRegister<R>) {
    if (!now.Have<R>() || !MayMark(kInfo<R>)) return;
    now.e2h ? MarkAs<R, true>() : MarkAs<R, false>();
  }
}

template <class R>
void ReadInto(std::uint64_t* values, unsigned& count, const Circumstances& now) {
  if constexpr (ReadableRegister<R>) {
    if (ReadActs(kInfo<R>.id) || !now.Have<R>()) return;
    values[static_cast<unsigned>(kInfo<R>.id)] =
        now.e2h ? Cpu::Read<NameOf<R, true>>().raw() : Cpu::Read<NameOf<R, false>>().raw();
    ++count;
  }
}

void OpenVectorsToHost(bool e2h) {
  constexpr TrapLevels kNone = TrapLevels::kNone;
  if (e2h) {
    Cpu::Write<CptrEl2E2h>(CptrEl2E2h().fpen(kNone).zen(kNone).smen(kNone));
  } else {
    Cpu::Write<CptrEl2>(CptrEl2::Inert().tz(false).tsm(false));
  }
  Cpu::Isb();
}

using Marker = void (*)(const Circumstances& now);
constexpr Marker kMarkers[] = {
#define REGISTER(Type, ...) Mark<Type>,
#define VIEW(Type, ...) REGISTER(Type)
#define SAME_LAYOUT(Type, ...) REGISTER(Type)
#define INSTANCE(Type, ...) REGISTER(Type)
#include "hal/regs/all.def"
};

using Reader = void (*)(std::uint64_t* values, unsigned& count, const Circumstances& now);
constexpr Reader kReaders[] = {
#define REGISTER(Type, ...) ReadInto<Type>,
#define VIEW(Type, ...) REGISTER(Type)
#define SAME_LAYOUT(Type, ...) REGISTER(Type)
#define INSTANCE(Type, ...) REGISTER(Type)
#include "hal/regs/all.def"
};

}  // namespace

void MarkHostRegisters() {
  const Circumstances now;
  OpenVectorsToHost(now.e2h);
  for (const Marker mark : kMarkers) mark(now);
}

void MarkVectorRegisters() { trivet_mark_vectors(kVectorMarker); }

bool VectorRegistersAreMarked() { return trivet_vectors_are_marked(kVectorMarker); }

void HostRegisters::Take() {
  const Circumstances now;
  count_ = 0;
  for (const Reader read : kReaders) read(values_, count_, now);
}

/// Exits write them, time moves them, the watchdog uses them or is pending in them; or PSTATE,
/// which percpu leaves to the host (vcpu/kept_pstate.h).
bool HostRegisters::Moves(RegisterId id) {
  using enum RegisterId;
  static constexpr RegisterId kIds[] = {
      kEsrEl2,       kElrEl2,      kSpsrEl2,      kFarEl2,      kHpfarEl2,     kCntpctEl0,
      kCntvctEl0,    kCntpctssEl0, kCntvctssEl0,  kCntpTvalEl0, kCntvTvalEl0,  kCnthpTvalEl2,
      kCnthpCvalEl2, kCnthpCtlEl2, kCnthvTvalEl2, kIsrEl1,      kIccHppir1El1, kNzcv,
      kPan,          kUao,         kDit,          kSsbs,        kTco,          kAllInt,
  };
  return IsOneOf(id, kIds);
}

}  // namespace trivet::tests
