// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/owner_table.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

bool HasFeature(Feature feature) { return Has(feature, LiveIds<Cpu>{}); }

/// What an untouched register of a guest is written with.
template <class R>
std::uint64_t UntouchedValue() {
  return kInfo<R>.id == RegisterId::kSctlrEl1 ? SctlrEl1::Inert().raw() : 0;
}

/// CPTR_EL2 traps them until the guest's first use.
constexpr Capabilities kVectors = Capability::kFp | Capability::kSve | Capability::kSme;

/// The fields that stay the host's.
template <class Name>
std::uint64_t KeptOfHost(std::uint64_t host) {
  Name kept = Name::FromRaw(0);
#define KEEP(Type, accessor) \
  if constexpr (std::same_as<Name, Type>) kept = kept.accessor(Name::FromRaw(host).accessor());
#include "hal/regs/guest.def"
  return kept.raw();
}

/// The control while a guest with `open` runs that has not used FP yet, under a host that has
/// `host` in it: hal/regs/guest_controls.def, not percpu's use of it.
template <class Name>
std::uint64_t GuestsControl(Capabilities open, std::uint64_t host) {
  std::uint64_t value = Name::Inert().raw() | KeptOfHost<Name>(host);
  for (const GuestControlField& line : GuestControlFields()) {
    if (line.id != kInfo<Name>.id) continue;
    for (const FieldInfo& field : kInfo<Name>.fields) {
      if (field.mask() != line.mask || !HasFeature(field.traits.needs)) continue;
      const bool on_use =
          kInfo<Name>.storage == RegisterId::kCptrEl2 && kVectors.HasAny(line.capability);
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

OwnerTable::OwnerTable(bool e2h) : e2h_(e2h) {
  Save(before_);
  ForEachSwitched(
      e2h_, []<class R, class Name>(Switched, Capability) { WriteRaw<Name>(UntouchedValue<R>()); });
  Cpu::Isb();
  Save(values_[static_cast<unsigned>(Whose::kUntouched)]);
  ForEachSwitched(e2h_, [&, i = 0]<class R, class Name>(Switched, Capability) mutable {
    const std::uint64_t bits = KeptBits<R>() & ~UnchosenBits<R>();
    const bool timer = kInfo<R>.name[0] == 'C' && bits < 8;
    WriteRaw<Name>(ValueOf<R>(Owner::kHost) ^ (timer ? 0 : bits));
    later_values_[i++] = Cpu::Read<Name>().raw();
  });
  for (const Owner owner : kOwners) {
    ForEachSwitched(e2h_, [owner]<class R, class Name>(Switched, Capability) {
      WriteRaw<Name>(ValueOf<R>(owner));
    });
    Cpu::Isb();
    Save(values_[static_cast<unsigned>(owner)]);
  }
  ExpectDistinct();
}

OwnerTable::~OwnerTable() {
  ForEachSwitched(e2h_, [this, i = 0]<class R, class Name>(Switched, Capability) mutable {
    WriteRaw<Name>(before_[i++] | InertBits(kInfo<R>.fields));
  });
  Cpu::Isb();
}

void OwnerTable::Save(std::uint64_t (&to)[kMostRegisters]) const {
  ForEachSwitched(e2h_, [&to, i = 0]<class R, class Name>(Switched, Capability) mutable {
    to[i++] = Cpu::Read<Name>().raw();
  });
}

/// But for registers that hold nothing, as AMAIR_EL1 may.
void OwnerTable::ExpectDistinct() const {
  ForEachSwitched(e2h_, [this, i = 0]<class R, class Name>(Switched, Capability) mutable {
    const std::size_t n = i++;
    if ((values_[0][n] | values_[1][n] | values_[2][n]) == 0) return;
    EXPECT_NE(values_[0][n], values_[1][n]) << kInfo<R>.name;
    EXPECT_NE(values_[0][n], values_[2][n]) << kInfo<R>.name;
    EXPECT_NE(values_[1][n], values_[2][n]) << kInfo<R>.name;
  });
}

ControlTable::ControlTable(bool e2h) : e2h_(e2h) {
  const auto probe = []<class Name>(std::uint64_t value) {
    WriteRaw<Name>(value);
    return Cpu::Read<Name>().raw();
  };
  ForEachControl(e2h_, [&, i = 0]<class Name>() mutable {
    before_[i] = Cpu::Read<Name>().raw();
    const std::uint64_t host = ValueOf<Name>(Owner::kHost, before_[i]);
    closed_[i] = probe.template operator()<Name>(GuestsControl<Name>({}, host));
    opened_[i] =
        probe.template operator()<Name>(GuestsControl<Name>(AvailableCapabilities(), host));
    const std::uint64_t all = KeptOfHost<Name>(~std::uint64_t{0});
    other_host_[i] =
        probe.template operator()<Name>(host ^ (KeptBits<Name>() & ~UnchosenBits<Name>() & ~all));
    host_[i] = probe.template operator()<Name>(host);
    ++i;
  });
  Cpu::Isb();
}

void ControlTable::ChangeHosts() {
  later_ = !later_;
  ForEachControl(e2h_, [this, i = 0]<class Name>() mutable {
    WriteRaw<Name>(later_ ? other_host_[i] : host_[i]);
    ++i;
  });
  Cpu::Isb();
}

ControlTable::~ControlTable() {
  ForEachControl(e2h_, [this, i = 0]<class Name>() mutable { WriteRaw<Name>(before_[i++]); });
  Cpu::Isb();
}

void ControlTable::Expect(const char* where, const std::uint64_t (&values)[kMostRegisters],
                          RegisterId except) const {
  ForEachControl(e2h_, [&, i = 0]<class Name>() mutable {
    const std::uint64_t value = values[i++];
    if (kInfo<Name>.id == except) return;
    EXPECT_EQ(Cpu::Read<Name>().raw(), value) << where << ": " << kInfo<Name>.name;
  });
}

}  // namespace trivet::tests
