#pragma once

#include <cstdint>
#include <optional>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/list_registers.h"
#include "vgic/interface.h"

namespace trivet::vgic {

/// The virtual CPU interface of a GICv3, by system registers: ICC_SRE_EL2.SRE is set.
class GicV3Interface {
 public:
  static constexpr bool kBySystemRegisters = true;

  static Result<Implementation> Query() {
    if (!hal::Has<hal::Feature::kGicV3, hal::Cpu>()) {
      return std::unexpected(Status::kUnsupportedFeature);
    }
    if (!hal::Cpu::Read<hal::IccSreEl2>().sre()) return std::unexpected(Status::kUnsupportedHost);
    const auto vtr = hal::Cpu::Read<hal::IchVtrEl2>();
    const unsigned preemption_bits = vtr.prebits() + 1u;
    return Implementation{
        .list_registers = vtr.listregs() + 1u,
        .active_registers = preemption_bits <= 5 ? 1 : 1u << (preemption_bits - 5),
        .priorities = static_cast<std::uint8_t>(0xff00 >> (vtr.pribits() + 1)),
        // IDbits: 0 is 16 bits, 1 is 24.
        .last_lpi = vtr.idbits() == 0 ? 0xffffu : 0xff'ffffu,
        .traps_deactivation = vtr.tds() ? hal::IchHcrEl2().tdir(true) : hal::IchHcrEl2().tc(true)};
  }

  static ListRegister ReadListRegister(unsigned n) { return hal::ReadListRegister<hal::Cpu>(n); }
  static void WriteListRegister(unsigned n, ListRegister value) {
    hal::WriteListRegister<hal::Cpu>(n, value);
  }
  static void SaveListRegisters(ListRegisterSpan to, unsigned count) {
    Visit<0>(count, [to]<unsigned n>() __attribute__((always_inline)) {
      to[n] = hal::Cpu::Read<hal::IchLrEl2<n>>();
    });
  }
  static void RestoreListRegisters(ConstListRegisterSpan from, unsigned count) {
    Visit<0>(count, [from]<unsigned n>() __attribute__((always_inline)) {
      hal::Cpu::Write<hal::IchLrEl2<n>>(from[n]);
    });
  }
  static unsigned EmptyListRegisters() { return hal::Cpu::Read<hal::IchElrsrEl2>().status(); }
  static bool HasMaintenance() { return hal::Cpu::Read<hal::IchMisrEl2>().raw() != 0; }

  static hal::IchHcrEl2 ReadHcr() { return hal::Cpu::Read<hal::IchHcrEl2>(); }
  static void WriteHcr(hal::IchHcrEl2 value) { hal::Cpu::Write<hal::IchHcrEl2>(value); }
  static hal::IchVmcrEl2 ReadVmcr() { return hal::Cpu::Read<hal::IchVmcrEl2>(); }

  static void SaveControls(Controls& to, const Implementation& has) {
    to.vmcr = ReadVmcr();
    to.active[0][0] = hal::Cpu::Read<hal::IchAp0r0El2>().raw();
    to.active[1][0] = hal::Cpu::Read<hal::IchAp1r0El2>().raw();
    if (has.active_registers > 1) [[unlikely]]
      SaveMoreActive(to, has.active_registers);
  }
  static void RestoreControls(const Controls& from, const Implementation& has) {
    hal::Cpu::Write<hal::IchVmcrEl2>(from.vmcr);
    hal::Cpu::Write<hal::IchAp0r0El2>(hal::IchAp0r0El2::FromRaw(from.active[0][0]));
    hal::Cpu::Write<hal::IchAp1r0El2>(hal::IchAp1r0El2::FromRaw(from.active[1][0]));
    if (has.active_registers > 1) [[unlikely]]
      RestoreMoreActive(from, has.active_registers);
  }

  // The physical interface.

  /// Acknowledges a Group 1 interrupt: its INTID, or 1020 to 1023.
  static std::uint32_t Acknowledge() { return hal::Cpu::Read<hal::IccIar1El1>().intid(); }
  /// Drops the priority of an acknowledged interrupt that becomes a guest's: it stays active.
  static void DropPriority(std::uint32_t intid) {
    const WithSplitEnd split;
    hal::Cpu::Write<hal::IccEoir1El1>(hal::IccEoir1El1().intid(intid));
  }
  /// Drops the priority and deactivates.
  static void End(std::uint32_t intid) {
    hal::Cpu::Write<hal::IccEoir1El1>(hal::IccEoir1El1().intid(intid));
    if (hal::Cpu::Read<hal::IccCtlrEl1>().eoimode()) {
      hal::Cpu::Write<hal::IccDirEl1>(hal::IccDirEl1().intid(intid));
    }
  }
  static void Deactivate(std::uint32_t intid) {
    const WithSplitEnd split;
    hal::Cpu::Write<hal::IccDirEl1>(hal::IccDirEl1().intid(intid));
  }

 private:
  /// ICC_CTLR_EL1.EOImode set for a moment, if the host has not.
  class WithSplitEnd {
   public:
    WithSplitEnd() : host_(hal::Cpu::Read<hal::IccCtlrEl1>()) {
      if (!host_.eoimode()) [[unlikely]]
        Set(host_.eoimode(true));
    }
    ~WithSplitEnd() {
      if (!host_.eoimode()) [[unlikely]]
        Set(host_);
    }
    WithSplitEnd(const WithSplitEnd&) = delete;
    WithSplitEnd& operator=(const WithSplitEnd&) = delete;

   private:
    [[gnu::noinline]] static void Set(hal::IccCtlrEl1 value) {
      hal::Cpu::Write<hal::IccCtlrEl1>(value);
      hal::Cpu::Isb();
    }
    const hal::IccCtlrEl1 host_;
  };

  /// Visits the numbers n to `count` - 1; n is below `count`.
  template <unsigned n, class Action>
  [[gnu::always_inline]] static void Visit(unsigned count, Action action) {
    action.template operator()<n>();
    if (count <= n + 1) return;
    if constexpr (n + 1 < hal::kMostListRegisters) Visit<n + 1>(count, action);
  }

  static void SaveMoreActive(Controls& to, unsigned count) {
    to.active[0][1] = hal::Cpu::Read<hal::IchAp0r1El2>().raw();
    to.active[1][1] = hal::Cpu::Read<hal::IchAp1r1El2>().raw();
    if (count <= 2) return;
    to.active[0][2] = hal::Cpu::Read<hal::IchAp0r2El2>().raw();
    to.active[1][2] = hal::Cpu::Read<hal::IchAp1r2El2>().raw();
    to.active[0][3] = hal::Cpu::Read<hal::IchAp0r3El2>().raw();
    to.active[1][3] = hal::Cpu::Read<hal::IchAp1r3El2>().raw();
  }
  static void RestoreMoreActive(const Controls& from, unsigned count) {
    hal::Cpu::Write<hal::IchAp0r1El2>(hal::IchAp0r0El2::FromRaw(from.active[0][1]));
    hal::Cpu::Write<hal::IchAp1r1El2>(hal::IchAp1r0El2::FromRaw(from.active[1][1]));
    if (count <= 2) return;
    hal::Cpu::Write<hal::IchAp0r2El2>(hal::IchAp0r0El2::FromRaw(from.active[0][2]));
    hal::Cpu::Write<hal::IchAp1r2El2>(hal::IchAp1r0El2::FromRaw(from.active[1][2]));
    hal::Cpu::Write<hal::IchAp0r3El2>(hal::IchAp0r0El2::FromRaw(from.active[0][3]));
    hal::Cpu::Write<hal::IchAp1r3El2>(hal::IchAp1r0El2::FromRaw(from.active[1][3]));
  }
};

static_assert(VirtualInterface<GicV3Interface>);

}  // namespace trivet::vgic
