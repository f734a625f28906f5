// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/owner_values.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "hal/guest_view.h"
#include "hal/registers.h"
#include "sim/gic/list_registers.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// CPTR_EL2 traps them until the guest's first use.
constexpr Capabilities kVectorCapabilities = Capability::kFp | Capability::kSve | Capability::kSme;

/// Bits that stay as they are, and why.
struct Unchosen {
  RegisterId id;
  std::uint64_t bits;
};
constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::uint64_t kVectorsOpen =
    CpacrEl1().fpen(TrapLevels::kNone).zen(TrapLevels::kNone).raw();
constexpr Unchosen kUnchosen[] = {
    // They say which host it is and where its vectors are: the scenario's.
    {RegisterId::kHcrEl2, kAll},
    {RegisterId::kVbarEl2, kAll},
    {RegisterId::kSctlrEl2, SctlrEl2().m(true).ee(true).eis(true).eos(true).raw()},
    // Masks of its own, and none of its guests is resident: interrupt_test has such hosts.
    {RegisterId::kSctlrEl2, SctlrEl2().nmi(true).raw()},
    // An exception to EL2 writes them.
    {RegisterId::kElrEl2, kAll},
    {RegisterId::kSpsrEl2, kAll},
    {RegisterId::kEsrEl2, kAll},
    {RegisterId::kFarEl2, kAll},
    {RegisterId::kHpfarEl2, kAll},
    // Software step, breakpoints, translation: the guest would not execute its program.
    {RegisterId::kMdscrEl1, MdscrEl1().ss(true).mde(true).kde(true).raw()},
    {RegisterId::kSctlrEl1, SctlrEl1().m(true).ee(true).raw()},
    {RegisterId::kMdcrEl2, MdcrEl2().hpmn(0x1f).raw()},
    // The guest's use of its vector registers would trap to EL1.
    {RegisterId::kCpacrEl1, kVectorsOpen},
    // EL2's own accesses would trap.
    {RegisterId::kIccSreEl2, kAll},
    // Not any value is stored.
    {RegisterId::kIchVmcrEl2,
     IchVmcrEl2().vpmr(7).vbpr0(7).vbpr1(7).vfiqen(true).vackctl(true).raw()},
};

/// MDCR_EL2.HPMN of the host: the event counters that it leaves to EL1.
constexpr unsigned kCounters = 4;

/// How far a register is into the event counters, or their types; 0 for others.
unsigned CounterOf(RegisterId id) {
  using enum RegisterId;
  const auto n = static_cast<unsigned>(id);
  if (id >= kPmevtyper0El0 && id <= kPmevtyper30El0)
    return n - static_cast<unsigned>(kPmevtyper0El0);
  if (id >= kPmevcntr0El0 && id <= kPmevcntr30El0) return n - static_cast<unsigned>(kPmevcntr0El0);
  return 0;
}

/// A bit for each counter; written by names that set and clear.
bool HasCounterBits(RegisterId id) {
  using enum RegisterId;
  return id == kPmcntensetEl0 || id == kPmovssetEl0 || id == kPmintensetEl1;
}
constexpr std::uint64_t kCycleCounter = std::uint64_t{1} << 31;

std::uint64_t OwnersBits(RegisterId id) {
  return HasCounterBits(id) ? kCycleCounter | ((1u << kCounters) - 1) : kAll;
}

/// The OS lock is written by another name than the one that shows it, and set at first.
constexpr std::uint64_t kOsLock = OslsrEl1().oslk(true).raw();

/// What only the CPU decides: PMCR_EL0.N.
std::uint64_t CpusOwn(const sim::Model& model, RegisterId id, const sim::BitMasks& masks) {
  return model.profile().Id(InfoOf(id).name) & masks.keeps;
}

/// What the PE has to do with its exceptions and interrupts.
bool IsMachines(const RegisterInfo& info) {
  const std::string_view name = info.name;
  return name.starts_with("ICC_") || name.starts_with("ICH_LR") || name.ends_with("_EL3") ||
         name == "SMCR_EL1" || name == "SVCR";
}

RegisterId LayoutOf(RegisterId id, bool e2h) { return e2h ? sim::E2hLayoutOf(id) : id; }

std::uint64_t Mix(std::uint64_t n) {
  n = (n ^ n >> 31) * 0x9e37'79b9'7f4a'7c15;
  n = (n ^ n >> 29) * 0xbf58'476d'1ce4'e5b9;
  return n ^ n >> 32;
}

/// Not zero; where there are two bits, another value for each owner.
std::uint64_t Few(RegisterId id, std::uint64_t owner, int bits) {
  if (bits < 2) return owner + 1;
  return 1 + (Mix(static_cast<std::uint64_t>(id)) % 64 + owner) % ((1u << bits) - 1);
}

/// The low bits of `value` at the places of the bits of `mask`.
std::uint64_t Deposit(std::uint64_t value, std::uint64_t mask) {
  std::uint64_t placed = 0;
  for (; mask != 0; mask &= mask - 1, value >>= 1) {
    if ((value & 1) != 0) placed |= mask & -mask;
  }
  return placed;
}

}  // namespace

std::uint64_t ChosenBits(const sim::Model& model, RegisterId id, bool e2h) {
  const RegisterInfo& info = InfoOf(id);
  if (id == RegisterId::kOslsrEl1) return kOsLock;
  if (info.storage != id || !model.Has(info.needs) || info.access != Access::kReadWrite ||
      IsMachines(info))
    return 0;
  const sim::AccessPlan& plan = model.PlansAt(2, false)[static_cast<unsigned>(id)];
  if (plan.write != sim::Outcome::kOk && plan.write != sim::Outcome::kWrongLayout) return 0;
  if (HasCounterBits(id)) return model.MasksOf(id).sets;
  if (id == RegisterId::kDbgclaimclrEl1) return model.MasksOf(id).clears;
  const bool is_vmcr = id == RegisterId::kIchVmcrEl2;
  if ((plan.effects & (sim::kComputed | sim::kInterface | sim::kBitwise)) != 0 && !is_vmcr)
    return 0;
  const sim::BitMasks& masks = model.MasksOf(LayoutOf(id, e2h));
  std::uint64_t bits = masks.fields & ~(masks.sets | masks.clears | masks.keeps);
  for (const Unchosen& line : kUnchosen) {
    if (line.id == id) bits &= ~line.bits;
  }
  // EL2's own accesses must not trap, nor a virtual interrupt be pending.
  if (id == RegisterId::kCptrEl2) bits &= CptrEl2().tcpac(true).tam(true).raw();
  if (id == RegisterId::kIchHcrEl2) bits &= ~IchHcrEl2().en(true).raw();
  return bits;
}

std::uint64_t InertValue(const sim::Model& model, RegisterId id, bool e2h) {
  if (id == RegisterId::kOslsrEl1) return kOsLock;
  const sim::BitMasks& masks = model.MasksOf(LayoutOf(id, e2h));
  const std::uint64_t written = id == RegisterId::kSctlrEl1   ? SctlrEl1::Inert().raw()
                                : id == RegisterId::kCpacrEl1 ? kVectorsOpen
                                                              : 0;
  if (id == RegisterId::kIchVmcrEl2) return sim::StoredVmcr(model, written);
  return (written & masks.stores) | masks.ones | CpusOwn(model, id, masks);
}

std::uint64_t ValueOf(const sim::Model& model, RegisterId id, bool e2h, Owner owner) {
  const std::uint64_t bits = ChosenBits(model, id, e2h);
  const RegisterId layout = LayoutOf(id, e2h);
  const sim::BitMasks& masks = model.MasksOf(layout);
  const std::uint64_t inert = (InertBits(InfoOf(layout).fields) & masks.stores) | masks.ones;
  std::uint64_t fixed = inert & ~bits;
  // A host that uses FP at EL2.
  if (layout == RegisterId::kCptrEl2E2h) fixed |= CptrEl2E2h().fpen(TrapLevels::kNone).raw();
  if (id == RegisterId::kCpacrEl1) fixed |= kVectorsOpen & masks.stores;
  fixed |= CpusOwn(model, id, masks);
  if (layout == RegisterId::kMdcrEl2) fixed |= MdcrEl2().hpmn(kCounters).raw() & masks.stores;
  const auto own = static_cast<std::uint64_t>(owner);
  // Few bits count from a number of the register's; many are a pattern of their own.
  const bool few = std::popcount(bits) < 12;
  const std::uint64_t value = few ? Few(id, own, std::popcount(bits))
                                  : Mix(static_cast<std::uint64_t>(id) << 2 | (own + 1));
  if (id == RegisterId::kIchVmcrEl2) return sim::StoredVmcr(model, Deposit(value, bits));
  const std::uint64_t placed = Deposit(value, bits) | fixed;
  if (!HasCounterBits(id)) return placed;
  const std::uint64_t cycles = owner == Owner::kFirst ? kCycleCounter : 0;
  const std::uint64_t of_register = id == RegisterId::kPmcntensetEl0 ? 0
                                    : id == RegisterId::kPmovssetEl0 ? 4
                                                                     : 8;
  return (placed & ~OwnersBits(id)) | (own + 1 + of_register) | cycles;
}

std::uint64_t GuestValue(const sim::Model& model, RegisterId id, bool e2h, Owner guest, bool chosen,
                         std::uint64_t host) {
  const std::uint64_t own = chosen ? ValueOf(model, id, e2h, guest) : InertValue(model, id, e2h);
  return (own & OwnersBits(id)) | (host & ~OwnersBits(id));
}

bool IsGuests(RegisterId id, Capabilities open, bool runs, bool e2h) {
  if (id == RegisterId::kOslsrEl1) id = RegisterId::kOslarEl1;
  const GuestRegister* const line = FindGuestRegister(id);
  if (line == nullptr || CounterOf(id) >= kCounters) return false;
  if (line->fate != Fate::kHeld && !open.Has(line->capability)) return false;
  switch (line->fate) {
    case Fate::kOnLoad: return true;
    case Fate::kOnRun:
    case Fate::kHeld: return runs || !e2h;
    case Fate::kEachRun: return runs;
    default: return false;
  }
}

bool IsVector(RegisterId id, Capabilities open) {
  // EL2's own, as long as a guest uses its vectors.
  if (id == RegisterId::kZcrEl2 || id == RegisterId::kSmcrEl2) return false;
  const GuestRegister* const line = FindGuestRegister(id);
  return line != nullptr && line->fate == Fate::kVector && open.Has(line->capability);
}

vectors::VectorState VectorsOf(const sim::Model& model, Owner owner) {
  vectors::VectorState state = {.fpcr = ValueOf(model, RegisterId::kFpcr, false, owner),
                                .fpsr = ValueOf(model, RegisterId::kFpsr, false, owner)};
  for (std::uint64_t n = 0; n < state.v.size(); ++n) {
    const std::uint64_t own = Mix(n << 2 | static_cast<std::uint64_t>(owner));
    state.v[n] = {own, ~own};
  }
  return state;
}

bool IsHeld(RegisterId id, Capabilities open) {
  const GuestRegister* const line = FindGuestRegister(id);
  return line != nullptr && line->fate == Fate::kHeld && !open.Has(line->capability);
}

std::optional<std::uint64_t> ControlValue(const sim::Model& model, RegisterId id, bool e2h,
                                          Capabilities open, bool vectors, std::uint64_t host) {
  std::uint64_t kept = 0;
  bool controlled = false;
  const RegisterId layout = LayoutOf(id, e2h);
#define CONTROLLED(Type) controlled |= id == RegisterId::k##Type;
#define KEEP(Type, accessor)         \
  if (layout == RegisterId::k##Type) \
    kept |= Type().accessor(static_cast<decltype(Type().accessor())>(~0u)).raw();
#include "hal/regs/guest.def"
  if (!controlled) return std::nullopt;
  if (id == RegisterId::kIchHcrEl2 && open.Has(Capability::kInterruptInterface)) return host;
  const sim::BitMasks& masks = model.MasksOf(layout);
  std::uint64_t value = masks.ones | InertBits(InfoOf(layout).fields) | (host & kept);
  for (const GuestControlField& field : GuestControlFields()) {
    if (field.id != layout) continue;
    const bool of_vectors = kVectorCapabilities.HasAny(field.capability);
    const bool is_open = open.Has(field.capability) && (vectors || !of_vectors);
    value = (value & ~field.mask) | (is_open ? field.open : field.closed);
  }
  return (value & masks.stores) | masks.ones;
}

std::uint64_t GuestHcrValue(const sim::Model& model, Capabilities open, std::uint64_t bits) {
  std::uint64_t value = bits & ~HcrEl2().tge(true).raw();
  for (const GuestControlField& field : GuestControlFields()) {
    if (field.id != RegisterId::kHcrEl2) continue;
    value = (value & ~field.mask) | (open.Has(field.capability) ? field.open : field.closed);
  }
  const sim::BitMasks& masks = model.MasksOf(RegisterId::kHcrEl2);
  return (value & masks.stores) | masks.ones;
}

}  // namespace trivet::tests
