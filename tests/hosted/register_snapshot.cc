// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/hosted/register_snapshot.h"

#include <array>
#include <string_view>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/presence.h"
#include "hal/registers.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Decides which names exist on this CPU with the firmware's E2H.
struct Circumstances {
  FeatureSet features;
  bool e2h;
  bool gic_registers;
};

Circumstances Now() {
  Circumstances now = {.features = FeatureSet::From(IdValues::Read<Cpu>()),
                       .e2h = Cpu::Read<HcrEl2>().e2h(),
                       .gic_registers = false};
  if (now.features.Has(Feature::kGicV3)) now.gic_registers = Cpu::Read<IccSreEl2>().sre();
  return now;
}

/// Reads of the CPU interface acknowledge interrupts; counters count; the firmware's CPTR_EL2 may
/// trap SVE and SME; PSTATE is this code's.
bool HasSideEffects(const RegisterInfo& info) {
  const bool interface = info.needs == Feature::kGicV3 && info.encoding.op1 == 0;
  const Feature needs = InfoOf(info.storage).needs;
  const bool trapped = needs == Feature::kSve || needs == Feature::kSme;
  const bool pstate = info.id == RegisterId::kNzcv || info.id == RegisterId::kDaif;
  return interface || trapped || pstate || info.needs == Feature::kPmuV3;
}

/// Op1 5 is the _EL12 name of an EL1 register; with E2H its EL1 name reaches EL2's.
bool NamesItsOwnRegister(const RegisterInfo& info, bool e2h) {
  constexpr unsigned kAlias12 = 5;
  return info.encoding.op1 == kAlias12 ? e2h : !e2h || RedirectedByE2h(info.id) == info.id;
}

bool MayRead(const RegisterInfo& info, const Circumstances& now) {
  const bool gic = info.needs == Feature::kGicV3 && info.id != RegisterId::kIccSreEl2;
  if (gic && !now.gic_registers) return false;
  return !HasSideEffects(info) && NamesItsOwnRegister(info, now.e2h) &&
         IsPresent<Cpu>(info, now.features);
}

template <class R>
void ReadInto(std::uint64_t* values, unsigned& count, const Circumstances& now) {
  if constexpr (ReadableRegister<R>) {
    if (!MayRead(kInfo<R>, now)) return;
    values[static_cast<unsigned>(kInfo<R>.id)] = Cpu::Read<R>().raw();
    ++count;
  }
}

using Reader = void (*)(std::uint64_t* values, unsigned& count, const Circumstances& now);

constexpr Reader kReaders[] = {
#define REGISTER(Type, ...) ReadInto<Type>,
#define E2H_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define SAME_LAYOUT(Type, ...) REGISTER(Type)
#define INSTANCE(Type, ...) REGISTER(Type)
#define E2H_ALIAS(Type, ...) REGISTER(Type)
#include "hal/regs/all.def"
};

struct Excuse {
  std::string_view name;  ///< With "*" at its end: of every register that begins so.
  const char* reason;
};

constexpr Excuse kExcuses[] = {
    {"ESR_EL2", "an exception of the host's, or an exit"},
    {"ELR_EL2", "an exception of the host's, or an exit"},
    {"SPSR_EL2", "an exception of the host's, or an exit"},
    {"FAR_EL2", "an exception of the host's, or an exit"},
    {"HPFAR_EL2", "an exit"},
    {"CNTPCT*", "the time"},
    {"CNTVCT*", "the time"},
    {"CNTP_*", "the host's timer"},
    {"CNTV_*", "the host's timer"},
    {"CNTHP_*", "the host's timer"},
    {"CNTHV_*", "the host's timer"},
    {"ISR_EL1", "what is pending now"},
};

bool Covers(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

}  // namespace

void RegisterSnapshot::Take() {
  const Circumstances now = Now();
  count_ = 0;
  for (const Reader reader : kReaders) reader(values_, count_, now);
}

const char* RegisterSnapshot::ExcuseFor(RegisterId id) {
  for (const Excuse& excuse : kExcuses) {
    if (Covers(excuse.name, InfoOf(id).name)) return excuse.reason;
  }
  return nullptr;
}

}  // namespace trivet::tests
