// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "hal/guest_view.h"
#include "hal/registers.h"
#include "tests/guest/life.h"
#include "tests/guest/owner_values.h"
#include "tests/guest/value_rules.h"
#include "vectors/table.h"

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

std::optional<std::uint64_t> Scenario::Configured(RegisterId id, const TestGuest& guest) const {
  switch (id) {
    case RegisterId::kVtcrEl2: return guest_vtcr_;
    case RegisterId::kVttbrEl2: return std::uint64_t{guest.vmid} << 48 | kGuestTable;
    case RegisterId::kCntvoffEl2: return std::uint64_t{guest.vmid} << 20;
    case RegisterId::kVpidrEl2: return pe_.Peek(RegisterId::kMidrEl1);
    case RegisterId::kVmpidrEl2: return VmpidrEl2::Inert().raw() | guest.vmid;
    default: return std::nullopt;
  }
}

/// The registers that are Trivet's from enable to disable, or during a run.
std::optional<std::uint64_t> Scenario::Enabled(RegisterId id, const View& view) const {
  if (!view.enabled || (e2h() && !view.runs)) return std::nullopt;
  const bool guests = view.runs || (view.guest != nullptr && setting_.kind == HostKind::kNvhe);
  switch (id) {
    case RegisterId::kVbarEl2: return vectors::TableBase();
    case RegisterId::kTpidrEl2: return reinterpret_cast<std::uint64_t>(&cpu_);
    case RegisterId::kVtcrEl2: return guard_vtcr_;
    case RegisterId::kVttbrEl2: return kEmptyTable;
    case RegisterId::kHcrEl2: return guests ? GuestHcr() : host_hcr_ | kPolicyHcr;
    default: return std::nullopt;
  }
}

std::uint64_t Scenario::Expected(RegisterId id, const View& view) const {
  const std::uint64_t host = id == RegisterId::kHcrEl2 ? host_hcr_
                             : id == RegisterId::kVbarEl2
                                 ? kHostVectors
                                 : ValueOf(model(), id, e2h(), Owner::kHost);
  // A host that masks by priority; while a guest runs, every interrupt ends the run.
  if (id == RegisterId::kIccPmrEl1) return view.runs ? 0xff : 0xa0;
  if (view.guest != nullptr) {
    const TestGuest& guest = Of(*view.guest);
    const auto control = ControlValue(model(), id, e2h(), setting_.open, view.vectors, host);
    const bool vectors = view.vectors || view.controls_are_hosts;
    if (vectors && IsVector(id, setting_.open))
      return GuestValue(model(), id, e2h(), guest.owner, guest.has_values, host);
    if (id == RegisterId::kZcrEl2 && view.vectors && setting_.open.Has(Capability::kSve))
      return kSveGranules - 1;
    if (id == RegisterId::kSmcrEl2 && view.vectors && setting_.open.Has(Capability::kSme))
      return SmcrEl2().len(kSmeGranules - 1).fa64(true).ezt0(true).raw();
    if (view.controls_are_hosts && control) return host;
    if (IsGuests(id, setting_.open, view.runs, e2h())) {
      const bool chosen = guest.has_values && !IsHeld(id, setting_.open);
      return GuestValue(model(), id, e2h(), guest.owner, chosen, host);
    }
    if ((view.runs || !e2h()) && !view.controls_are_hosts) {
      if (const auto value = Configured(id, guest)) return *value;
      if (control) return *control;
    }
  }
  return Enabled(id, view).value_or(host);
}

/// Computed once for each view.
const std::vector<Expectation>& Scenario::File(const View& view) const {
  const Owner owner = view.guest != nullptr ? *view.guest : Owner::kHost;
  const bool has_values = view.guest != nullptr && Of(owner).has_values;
  std::size_t number = static_cast<std::size_t>(owner);
  for (const bool bit :
       {has_values, view.enabled, view.runs, view.controls_are_hosts, view.vectors})
    number = number * 2 + (bit ? 1 : 0);
  auto& file = files_[number];
  if (!file.empty()) return file;
  for (const RegisterInfo& info : AllRegisters()) {
    const bool mask = info.id == RegisterId::kIccPmrEl1 && model().Has(Feature::kGicV3);
    const bool stated = mask || info.id == RegisterId::kHcrEl2 || info.id == RegisterId::kVbarEl2;
    if (!stated && ChosenBits(model(), info.id, e2h()) == 0) continue;
    const bool deferred = model().IsDeferred(info.id) && info.sync == Sync::kContext;
    const bool guests =
        IsGuests(info.id, setting_.open, true, e2h()) || IsVector(info.id, setting_.open);
    file.push_back({info.id, Expected(info.id, view), deferred, guests});
  }
  return file;
}

const vectors::VectorState& Scenario::Vectors(const View& view) const {
  static constexpr vectors::VectorState kNone;
  const bool guests =
      (view.controls_are_hosts || view.vectors) && setting_.open.Has(Capability::kFp);
  if (!guests) return vectors_[static_cast<unsigned>(Owner::kHost)];
  return Of(*view.guest).has_values ? vectors_[static_cast<unsigned>(*view.guest)] : kNone;
}

void Scenario::Compare(std::string_view where, const View& view) const {
  for (const Expectation& line : File(view)) {
    const std::uint64_t got = pe_.Peek(line.id);
    if (got != line.value) FailValue(where, InfoOf(line.id).name, got, line.value);
  }
  const auto& v = Vectors(view).v;
  const int difference = std::memcmp(&pe_.vector(0), v.data(), sizeof(v));
  RequireValue(where, "V0 to V31 differ", difference != 0 ? 1 : 0, 0);
}

void Scenario::ExpectNothingPending(std::string_view where) const {
  for (const Expectation& line : File({})) {
    if (!line.deferred || !pe_.IsPending(line.id)) continue;
    FailValue(where, std::string(InfoOf(line.id).name) + " pending", 1, 0);
  }
}

}  // namespace trivet::tests
