// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include "sim/gic/list_registers.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "tests/vgic/explored_hardware.h"
#include "tests/vgic/explored_steps.h"
#include "tests/vgic/manager_state.h"
#include "tests/vgic/reference_gic.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {

/// A manager on a simulated machine of two CPUs, beside the GIC that it imitates.
template <std::size_t kSources>
class ExploredSystem {
 public:
  using Manager = VirtualCpuInterface<GicV3Interface, kSources, 1>;

  ExploredSystem(const std::array<Source, kSources>& sources, const Setup& setup)
      : reference_(sources), setup_(setup), machine_(sim::ProfileNamed("max"), kCpus) {
    reference_.state().split_end = setup.split_end;
    const sim::ScopedPe current(machine_.pe(0));
    if (Make().Create(setup.list_registers) != Status::kOk) throw std::logic_error("not created");
    manager_->controls().vmcr =
        hal::IchVmcrEl2().vpmr(0xf8).veng0(true).veng1(true).veoim(setup.split_end);
    std::memcpy(fresh_, memory_, sizeof(fresh_));
  }

  /// The last command that was not taken.
  enum class Posted : std::uint8_t { kNone, kInject, kRetract };

  /// All that decides about the future, in 64-bit words.
  struct State {
    typename ReferenceGic<kSources>::State reference;
    std::uint8_t loaded = 0;    ///< 0 or the CPU's number and one.
    std::uint8_t hardware = 0;  ///< A bit for each source whose physical interrupt is active.
    std::array<std::uint8_t, kSources> entries = {};
    std::array<std::uint8_t, kSources> flags = {};
    std::uint32_t hcr = 0, ap0 = 0, ap1 = 0;
    std::array<Posted, kSources> posted = {};
    bool operator==(const State&) const = default;
  };

  State Save() {
    State state = {.reference = reference_.state(), .loaded = static_cast<std::uint8_t>(loaded_)};
    state.posted = posted_;
    const sim::ScopedPe current(Here());
    for (unsigned i = 0; i < kSources; ++i) {
      const auto place = ManagerState::Find(*manager_, reference_.source(i).intid);
      state.entries[i] = static_cast<std::uint8_t>(place.entry);
      state.flags[i] = place.entry == 0 ? 0 : FlagsOf(place);
      if (IsHardware(i) && HardwareIsActive(i))
        state.hardware |= static_cast<std::uint8_t>(1u << i);
    }
    state.hcr = static_cast<std::uint32_t>(ManagerState::Hcr(*manager_).raw());
    const Controls controls = ControlsNow();
    state.ap0 = static_cast<std::uint32_t>(controls.active[0][0]);
    state.ap1 = static_cast<std::uint32_t>(controls.active[0][1]);
    return state;
  }

  void Restore(const State& state) {
    using enum hal::RegisterId;
    reference_.state() = state.reference;
    loaded_ = state.loaded;
    std::memcpy(memory_, fresh_, sizeof(fresh_));
    posted_ = state.posted;
    for (unsigned i = 0; i < kSources; ++i) {
      if (posted_[i] != Posted::kNone) (void)Post(i, posted_[i]);
    }
    sim::Pe& pe = Here();
    const sim::ScopedPe current(pe);
    std::array<std::uint64_t, 16> lrs = {};
    for (unsigned i = 0; i < kSources; ++i) {
      if (state.entries[i] == 0) continue;
      const ListRegister shown = ValueOf(i, state.flags[i]);
      const bool hidden = state.flags[i] >> 4 != 0;
      const ListRegister known = hidden ? ValueOf(i, state.flags[i] >> 4) : shown;
      ManagerState::Put(*manager_, {state.entries[i], known, shown});
      if (state.entries[i] <= setup_.list_registers) lrs[state.entries[i] - 1u] = shown.raw();
    }
    const auto hcr = hal::IchHcrEl2::FromRaw(state.hcr);
    ManagerState::SetLoaded(*manager_, loaded_ != 0, hcr);
    const auto vmcr = manager_->controls()
                          .vmcr.veng0(state.reference.enabled[0])
                          .veng1(state.reference.enabled[1]);
    manager_->controls().vmcr = vmcr;
    manager_->controls().active[0][0] = state.ap0;
    manager_->controls().active[0][1] = state.ap1;
    if (loaded_ != 0) {
      for (unsigned n = 0; n < setup_.list_registers; ++n) pe.Poke(Name(n), lrs[n]);
      pe.Poke(kIchHcrEl2, hcr.raw());
      pe.Poke(kIchVmcrEl2, vmcr.raw());
      pe.Poke(kIchAp0r0El2, state.ap0);
      pe.Poke(kIchAp1r0El2, state.ap1);
    }
    for (unsigned i = 0; i < kSources; ++i) {
      if (IsHardware(i)) SetHardware(i, (state.hardware >> i & 1) != 0);
    }
  }

  /// Whether the step can be made here.
  bool CanDo(Event event) const {
    const unsigned i = event.index;
    switch (event.step) {
      case Step::kInject:
        return !IsHardware(i) || (!HardwareIsActive(i) && (!IsPpi(Physical(i)) || loaded_ != 0));
      case Step::kRetract: return reference_.IsPending(i);
      case Step::kLoad: return loaded_ == 0 && i < kCpus;
      case Step::kUnload: return loaded_ != 0 && i == 0;
      case Step::kAcknowledge: return loaded_ != 0 && i < 2 && Lists().Signals(i);
      case Step::kEnd: return loaded_ != 0 && i == 0 && reference_.Last().has_value();
      case Step::kDeactivate: return loaded_ != 0 && setup_.split_end && reference_.IsDropped(i);
      case Step::kToggleGroup: return loaded_ != 0 && setup_.toggles_groups && i < 2;
      case Step::kMaintenance: return i == 0 && setup_.lazy && SignalsMaintenance();
      case Step::kPost:
        return setup_.posts && !IsPpi(Physical(i)) && (!IsHardware(i) || !HardwareIsActive(i));
      case Step::kPostRetract: return setup_.posts && !IsPpi(Physical(i));
      case Step::kTakePosts: return setup_.posts && i == 0;
      case Step::kCount: break;
    }
    return false;
  }

  /// Makes the step on both sides. Empty, or what went wrong.
  std::string Do(Event event) {
    const sim::ScopedPe current(Here());
    const std::string wrong = Perform(event);
    if (!wrong.empty()) return wrong;
    if (setup_.lazy) return CheckHardware(/*at_least=*/true);
    if (std::string late = ServeMaintenance(); !late.empty()) return late;
    if (std::string signals = CheckSignals(); !signals.empty()) return signals;
    return CheckHardware(false);
  }

  /// Compares everything, and the end of it all. Changes the state.
  std::string CheckWhole() {
    const sim::ScopedPe current(Here());
    TakePosts();
    if (std::string late = ServeMaintenance(); !late.empty()) return late;
    if (std::string signals = CheckSignals(); !signals.empty()) return signals;
    if (std::string hardware = CheckHardware(false); !hardware.empty()) return hardware;
    if (std::string states = CheckStates(); !states.empty()) return states;
    manager_->Reset();
    for (unsigned i = 0; i < kSources; ++i) {
      if (IsHardware(i) && HardwareIsActive(i)) {
        return std::to_string(i) + " stays active after the end";
      }
    }
    return {};
  }

  unsigned most_maintenance() const { return most_maintenance_; }
  std::uint64_t maintenance() const { return maintenance_; }
  const ReferenceGic<kSources>& reference() const { return reference_; }

 private:
  static constexpr unsigned kMostMaintenance = 2;

  Manager& Make() { return *(manager_ = new (memory_) Manager()); }
  sim::Pe& Here() { return machine_.pe(loaded_ != 0 ? loaded_ - 1 : 0); }
  sim::ListRegisters Lists() const {
    return sim::ListRegisters(const_cast<ExploredSystem*>(this)->Here());
  }
  static hal::RegisterId Name(unsigned n) {
    return static_cast<hal::RegisterId>(static_cast<unsigned>(hal::RegisterId::kIchLr0El2) + n);
  }
  bool IsHardware(unsigned i) const { return reference_.source(i).kind == Kind::kHardware; }
  std::uint32_t Physical(unsigned i) const {
    const std::uint32_t intid = reference_.source(i).intid;
    return intid >= kSgis && IsPpi(intid) ? intid : intid + 100;
  }

  Interrupt InterruptOf(unsigned i) const {
    const Source& source = reference_.source(i);
    Interrupt interrupt = Interrupt::Edge(source.intid);
    if (source.kind == Kind::kLevel) interrupt = Interrupt::Level(source.intid);
    if (source.kind == Kind::kHardware) {
      interrupt = Interrupt::Hardware(source.intid, Physical(i));
    }
    interrupt = interrupt.priority(source.priority);
    return source.group == 0 ? interrupt.group0() : interrupt;
  }
  /// What a list register adds to its interrupt's description, in four bits.
  static unsigned FlagsOf(ListRegister value) {
    return static_cast<unsigned>(value.raw() >> 62) | (IsHigh(value) ? 4 : 0) |
           (value.hw() ? 8 : 0);
  }
  static std::uint8_t FlagsOf(const ManagerState::Place& place) {
    const unsigned known = place.hidden() ? FlagsOf(place.known) : 0;
    return static_cast<std::uint8_t>(FlagsOf(place.shown) | known << 4);
  }
  ListRegister ValueOf(unsigned i, unsigned flags) const {
    ListRegister value = Interrupt::Of(InterruptOf(i).value()).value();
    if ((flags & 8) == 0) value = value.hw(false);
    if (!value.hw()) value = value.pintid((flags & 4) != 0 ? Interrupt::kEoiBit : 0);
    return WithState(value, (flags & 1) != 0, (flags & 2) != 0);
  }

  Controls ControlsNow() {
    if (loaded_ == 0) return manager_->controls();
    Controls controls;
    controls.active[0][0] = Here().Peek(hal::RegisterId::kIchAp0r0El2);
    controls.active[0][1] = Here().Peek(hal::RegisterId::kIchAp1r0El2);
    return controls;
  }

  bool HardwareIsActive(unsigned i) const {
    return IsPhysicalActive(const_cast<sim::Machine&>(machine_), Physical(i));
  }
  void SetHardware(unsigned i, bool active) {
    SetPhysical(machine_, Physical(i), active, loaded_ != 0 ? loaded_ - 1 : 0);
  }

  bool SignalsMaintenance() const {
    auto& pe = const_cast<ExploredSystem*>(this)->Here();
    return loaded_ != 0 && pe.MaintenanceInterrupt();
  }

  std::string ServeMaintenance() {
    unsigned times = 0;
    for (; SignalsMaintenance(); ++times) {
      if (times == kMostMaintenance) return "the maintenance interrupt does not go away";
      manager_->ServeMaintenance();
    }
    maintenance_ += times;
    if (times > most_maintenance_) most_maintenance_ = times;
    return {};
  }

  std::string Perform(Event event) {
    const unsigned i = event.index;
    switch (event.step) {
      case Step::kInject:
        if (IsHardware(i)) SetHardware(i, true);
        reference_.Inject(i);
        return manager_->Inject(InterruptOf(i)) == Status::kOk ? "" : "not injected";
      case Step::kRetract:
        reference_.Retract(i);
        return manager_->Retract(reference_.source(i).intid) == Status::kOk ? "" : "not retracted";
      case Step::kLoad: {
        loaded_ = i + 1;
        const sim::ScopedPe there(Here());
        return manager_->Load() == Status::kOk ? "" : "not loaded";
      }
      case Step::kUnload:
        manager_->Unload();
        reference_.Unload();
        loaded_ = 0;
        return {};
      case Step::kAcknowledge: return Acknowledge(i);
      case Step::kEnd: End(); return {};
      case Step::kDeactivate:
        reference_.Deactivate(i);
        Deactivate(reference_.source(i).intid);
        return {};
      case Step::kToggleGroup: ToggleGroup(i); return {};
      case Step::kMaintenance: return ServeMaintenance();
      case Step::kPost:
        if (IsHardware(i)) SetHardware(i, true);
        return Post(i, posted_[i] = Posted::kInject) ? "" : "not posted";
      case Step::kPostRetract: return Post(i, posted_[i] = Posted::kRetract) ? "" : "not posted";
      case Step::kTakePosts: TakePosts(); return {};
      case Step::kCount: break;
    }
    return "no such step";
  }

  bool Post(unsigned i, Posted what) {
    return manager_->Post(0, InterruptOf(i), what == Posted::kInject).has_value();
  }
  void TakePosts() {
    manager_->TakePosts();
    for (unsigned i = 0; i < kSources; ++i) {
      if (posted_[i] == Posted::kInject) reference_.Inject(i);
      if (posted_[i] == Posted::kRetract) reference_.Retract(i);
      posted_[i] = Posted::kNone;
    }
  }

  std::string Acknowledge(unsigned group) {
    const std::uint32_t intid = Lists().Acknowledge(group);
    for (unsigned i = 0; i < kSources; ++i) {
      if (reference_.source(i).intid != intid) continue;
      const bool may = setup_.lazy ? reference_.IsPending(i) && !reference_.IsActive(i)
                                   : reference_.MayAcknowledge(i);
      if (!may) return "the guest receives " + std::to_string(i) + " out of turn";
      reference_.Acknowledge(i);
      return {};
    }
    return "the guest receives " + std::to_string(intid);
  }

  void End() {
    const unsigned i = *reference_.Last();
    reference_.Drop();
    Lists().End(reference_.source(i).group, reference_.source(i).intid);
  }

  void Deactivate(std::uint32_t intid) {
    const auto hcr = hal::IchHcrEl2::FromRaw(Here().Peek(hal::RegisterId::kIchHcrEl2));
    if (hcr.tdir()) return manager_->Deactivate(intid);
    Lists().Deactivate(intid);
  }

  void ToggleGroup(unsigned group) {
    using enum hal::RegisterId;
    bool& enabled = reference_.state().enabled[group];
    enabled = !enabled;
    Lists().Write(group == 0 ? kIccIgrpen0El1 : kIccIgrpen1El1, enabled ? 1 : 0);
  }

  /// The guest is signalled what the reference signals.
  std::string CheckSignals() {
    if (loaded_ == 0) return {};
    const auto expected = reference_.Signalled();
    const sim::ListRegisters lists = Lists();
    const bool signals[2] = {lists.Signals(0), lists.Signals(1)};
    if (!expected) {
      return signals[0] || signals[1] ? "an interrupt too many is signalled" : "";
    }
    if (!signals[0] && !signals[1]) return "an interrupt is lost";
    const std::uint32_t intid = lists.HighestPending(signals[0] ? 0 : 1);
    for (unsigned i = 0; i < kSources; ++i) {
      if (reference_.source(i).intid != intid) continue;
      if (!reference_.MayAcknowledge(i)) return std::to_string(i) + " is signalled out of turn";
      return {};
    }
    return "an unknown interrupt is signalled";
  }

  /// A physical interrupt is active for as long as the guest has it. `at_least`: or longer.
  std::string CheckHardware(bool at_least) {
    for (unsigned i = 0; i < kSources; ++i) {
      if (!IsHardware(i)) continue;
      const bool active = HardwareIsActive(i);
      const bool held = reference_.HoldsHardware(i) || posted_[i] == Posted::kInject;
      if (active == held || (active && (at_least || posted_[i] != Posted::kNone))) continue;
      return std::to_string(i) + (active ? " stays active" : " is deactivated too early");
    }
    return {};
  }

  std::string CheckStates() {
    std::uint8_t pending = 0, active = 0;
    manager_->ForEach([&](ListRegister value) {
      for (unsigned i = 0; i < kSources; ++i) {
        if (reference_.source(i).intid != value.vintid()) continue;
        if (IsPending(value) || IsHigh(value)) pending |= static_cast<std::uint8_t>(1u << i);
        if (IsActive(value)) active |= static_cast<std::uint8_t>(1u << i);
      }
    });
    for (unsigned i = 0; i < kSources; ++i) {
      if ((pending >> i & 1) != (reference_.IsPending(i) ? 1 : 0)) {
        return std::to_string(i) + ": pending differs";
      }
      if ((active >> i & 1) != (reference_.IsActive(i) ? 1 : 0)) {
        return std::to_string(i) + ": active differs";
      }
    }
    return {};
  }

  alignas(Manager) std::byte memory_[sizeof(Manager)] = {};
  std::byte fresh_[sizeof(Manager)] = {};
  Manager* manager_ = nullptr;
  ReferenceGic<kSources> reference_;
  const Setup setup_;
  sim::Machine machine_;
  unsigned loaded_ = 0;
  std::array<Posted, kSources> posted_ = {};
  unsigned most_maintenance_ = 0;
  std::uint64_t maintenance_ = 0;
};

}  // namespace trivet::vgic
