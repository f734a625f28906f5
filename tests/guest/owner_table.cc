// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/owner_table.h"

#include <gtest/gtest.h>

#include <concepts>

#include "hal/guest_view.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// What an untouched register of a guest is written with.
std::uint64_t UntouchedValue(RegisterId id) {
  return id == RegisterId::kSctlrEl1 ? SctlrEl1::Inert().raw() : 0;
}

/// CPTR_EL2 traps them until the guest's first use.
constexpr Capabilities kVectors = Capability::kFp | Capability::kSve | Capability::kSme;

/// The fields of a control that stay the host's.
std::uint64_t KeptOfHost(RegisterId name, std::uint64_t host) {
  std::uint64_t kept = 0;
#define KEEP(Type, accessor)  \
  if (name == kInfo<Type>.id) \
    kept |= Type::FromRaw(0).accessor(Type::FromRaw(host).accessor()).raw();
#include "hal/regs/guest.def"
  return kept;
}

/// The control while a guest with `open` runs that has not used FP yet, under a host that has
/// `host` in it: hal/regs/guest_controls.def, not percpu's use of it.
std::uint64_t GuestsControl(RegisterId name, Capabilities open, std::uint64_t host) {
  const RegisterInfo& info = InfoOf(name);
  std::uint64_t value = InertBits(info.fields) | KeptOfHost(name, host);
  for (const GuestControlField& line : GuestControlFields()) {
    if (line.id != name) continue;
    for (const FieldInfo& field : info.fields) {
      if (field.mask() != line.mask || !HasFeature(field.traits.needs)) continue;
      const bool on_use = info.storage == RegisterId::kCptrEl2 && kVectors.HasAny(line.capability);
      const bool is_open = open.Has(line.capability) && !on_use;
      value = (value & ~line.mask) | (is_open ? line.open : line.closed);
    }
  }
  return value;
}

}  // namespace

Capabilities AvailableCapabilities() {
  Capabilities all;
  for (unsigned i = 0; i < static_cast<unsigned>(Capability::kCount); ++i) {
    const auto capability = static_cast<Capability>(i);
    if (!kAllCapabilities.Has(capability) || capability == Capability::kAlways) continue;
    if (HasFeature(InfoOf(capability).needs)) all = all | capability;
  }
  return all;
}

OwnerTable::OwnerTable(bool e2h) : all_(SwitchedRegisters(e2h)) {
  Save(before_);
  ForEach(all_, [](const SwitchedRegister& it, std::size_t) { it.write(UntouchedValue(it.id)); });
  Cpu::Isb();
  Save(values_[static_cast<unsigned>(Whose::kUntouched)]);
  ForEach(all_, [&](const SwitchedRegister& it, std::size_t n) {
    const std::uint64_t bits = KeptBits(it.id) & ~UnchosenBits(it.id);
    const bool timer = InfoOf(it.id).name[0] == 'C' && bits < 8;
    it.write(ValueOf(it.id, Owner::kHost) ^ (timer ? 0 : bits));
    later_values_[n] = it.read();
  });
  for (const Owner owner : kOwners) {
    ForEach(all_,
            [owner](const SwitchedRegister& it, std::size_t) { it.write(ValueOf(it.id, owner)); });
    Cpu::Isb();
    Save(values_[static_cast<unsigned>(owner)]);
  }
  ExpectDistinct();
}

OwnerTable::~OwnerTable() {
  ForEach(all_, [this](const SwitchedRegister& it, std::size_t n) {
    it.write(before_[n] | InertBits(InfoOf(it.id).fields));
  });
  Cpu::Isb();
}

void OwnerTable::Save(std::uint64_t (&to)[kMostRegisters]) const {
  ForEach(all_, [&to](const SwitchedRegister& it, std::size_t n) { to[n] = it.read(); });
}

/// But for registers that hold nothing, as AMAIR_EL1 may.
void OwnerTable::ExpectDistinct() const {
  ForEach(all_, [this](const SwitchedRegister& it, std::size_t n) {
    if ((values_[0][n] | values_[1][n] | values_[2][n]) == 0) return;
    EXPECT_NE(values_[0][n], values_[1][n]) << InfoOf(it.id).name;
    EXPECT_NE(values_[0][n], values_[2][n]) << InfoOf(it.id).name;
    EXPECT_NE(values_[1][n], values_[2][n]) << InfoOf(it.id).name;
  });
}

void OwnerTable::ExpectIn(const SwitchedRegister& it, Whose own, std::size_t n,
                          const char* where) const {
  const bool later = own == Whose::kHosts && later_[n];
  const std::uint64_t value = later ? later_values_[n] : values_[static_cast<unsigned>(own)][n];
  const std::uint64_t steady = ~ClockBits(it.id);
  EXPECT_EQ(it.read() & steady, value & steady) << where << ": " << InfoOf(it.id).name;
}

ControlTable::ControlTable(bool e2h) : all_(Controls(e2h)) {
  ForEach(all_, [&](const SwitchedRegister& it, std::size_t n) {
    const auto probe = [&it](std::uint64_t value) {
      it.write(value);
      return it.read();
    };
    before_[n] = it.read();
    const std::uint64_t host = ValueOf(it.name, Owner::kHost, before_[n]);
    closed_[n] = probe(GuestsControl(it.name, {}, host));
    opened_[n] = probe(GuestsControl(it.name, AvailableCapabilities(), host));
    const std::uint64_t all = KeptOfHost(it.name, ~std::uint64_t{0});
    other_host_[n] = probe(host ^ (KeptBits(it.name) & ~UnchosenBits(it.name) & ~all));
    host_[n] = probe(host);
  });
  Cpu::Isb();
}

void ControlTable::ChangeHosts() {
  later_ = !later_;
  ForEach(all_, [this](const SwitchedRegister& it, std::size_t n) {
    it.write(later_ ? other_host_[n] : host_[n]);
  });
  Cpu::Isb();
}

ControlTable::~ControlTable() {
  ForEach(all_, [this](const SwitchedRegister& it, std::size_t n) { it.write(before_[n]); });
  Cpu::Isb();
}

void ControlTable::Expect(const char* where, const std::uint64_t (&values)[kMostRegisters],
                          RegisterId except) const {
  ForEach(all_, [&](const SwitchedRegister& it, std::size_t n) {
    if (it.name == except) return;
    EXPECT_EQ(it.read(), values[n]) << where << ": " << InfoOf(it.name).name;
  });
}

}  // namespace trivet::tests
