// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <tuple>

#include "hal/cpu.h"
#include "hal/cpu_id.h"
#include "hal/features.h"
#include "hal/list_registers.h"
#include "hal/sgi.h"
#include "vgic/interface.h"

namespace trivet::vgic {

/// The virtual CPU interface of a GICv3, by system registers: ICC_SRE_EL2.SRE is set.
class GicV3Interface {
 public:
  static constexpr bool kBySystemRegisters = true;

  static Result<Implementation> Query() {
    if (!hal::Has<hal::Feature::kGicV3, hal::Cpu>()) {
      return unexpected(Status::kUnsupportedFeature);
    }
    if (!hal::Cpu::Read<hal::IccSreEl2>().sre()) return unexpected(Status::kUnsupportedHost);
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
  [[gnu::always_inline]] static void WriteListRegister(unsigned n, ListRegister value) {
    hal::WriteListRegister<hal::Cpu>(n, value);
  }
  [[gnu::always_inline]] static void SaveListRegisters(ListRegisterSpan to, unsigned count) {
    if (count == 4) [[likely]]
      return SaveFour(to);
    SaveSome(to, count);
  }
  [[gnu::always_inline]] static void RestoreListRegisters(ConstListRegisterSpan from,
                                                          unsigned count) {
    if (count == 4) [[likely]]
      return RestoreFour(from);
    RestoreSome(from, count);
  }
  static unsigned EmptyListRegisters() { return hal::Cpu::Read<hal::IchElrsrEl2>().status(); }
  static bool HasMaintenance() { return hal::Cpu::Read<hal::IchMisrEl2>().raw() != 0; }

  static hal::IchHcrEl2 ReadHcr() { return hal::Cpu::Read<hal::IchHcrEl2>(); }
  static void WriteHcr(hal::IchHcrEl2 value) { hal::Cpu::Write<hal::IchHcrEl2>(value); }
  static hal::IchVmcrEl2 ReadVmcr() { return hal::Cpu::Read<hal::IchVmcrEl2>(); }

  [[gnu::always_inline]] static void SaveControls(Controls& to, const Implementation& has) {
    Save<hal::IchHcrEl2, hal::IchVmcrEl2>(to.hcr, to.vmcr);
    SaveActive<0>(to);
    if (has.active_registers > 1) [[unlikely]]
      SaveMoreActive(to, has.active_registers);
  }
  [[gnu::always_inline]] static void RestoreControls(const Controls& from,
                                                     const Implementation& has) {
    Restore<hal::IchHcrEl2, hal::IchVmcrEl2>(from.hcr, from.vmcr);
    RestoreActive<0>(from);
    if (has.active_registers > 1) [[unlikely]]
      RestoreMoreActive(from, has.active_registers);
  }

  // The physical interface.

  /// Acknowledges a Group 1 interrupt: its INTID, or 1020 to 1023.
  static std::uint32_t Acknowledge() { return hal::Cpu::Read<hal::IccIar1El1>().intid(); }
  /// The priority of what was acknowledged last and not ended: the bits that a list register has.
  static std::uint8_t RunningPriority() {
    return hal::Cpu::Read<hal::IccRprEl1>().priority() & 0xf8;
  }
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
  /// Makes SGI `sgi` (0 to 15) pending on a CPU: what was posted to its vCPU is seen first.
  static void Kick(CpuId cpu, unsigned sgi) {
    hal::Cpu::Dsb<hal::Domain::kInnerShareable>();
    hal::Cpu::Write<hal::IccSgi1rEl1>(hal::SgiTo(cpu.affinity, sgi));
    hal::Cpu::Isb();
  }
  static void Deactivate(std::uint32_t intid) {
    const WithSplitEnd split;
    hal::Cpu::Write<hal::IccDirEl1>(hal::IccDirEl1().intid(intid));
  }
  /// Group 0 is left alone unless the guest uses it: its registers are EL3's where that has FIQs.
  /// [gic] ICC_IGRPEN0_EL1.
  static void Adopt(hal::IchVmcrEl2 vmcr) {
    using hal::Cpu;
    Cpu::Write<hal::IccPmrEl1>(hal::IccPmrEl1().priority(vmcr.vpmr()));
    Cpu::Write<hal::IccCtlrEl1>(
        Cpu::Read<hal::IccCtlrEl1>().eoimode(vmcr.veoim()).cbpr(vmcr.vcbpr()));
    Cpu::Isb();  // With CBPR set ICC_BPR1_EL1 is ICC_BPR0_EL1.
    if (!vmcr.vcbpr()) Cpu::Write<hal::IccBpr1El1>(hal::IccBpr1El1::FromRaw(vmcr.vbpr1()));
    Cpu::Write<hal::IccIgrpen1El1>(hal::IccIgrpen1El1().enable(vmcr.veng1()));
    if (vmcr.veng0() || vmcr.vcbpr()) {
      Cpu::Write<hal::IccBpr0El1>(hal::IccBpr0El1::FromRaw(vmcr.vbpr0()));
    }
    if (vmcr.veng0()) Cpu::Write<hal::IccIgrpen0El1>(hal::IccIgrpen0El1().enable(true));
    Cpu::Isb();
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

  // Two registers whose values are neighbours in memory.
  template <class First, class Second, class FirstValue, class SecondValue>
  [[gnu::always_inline]] static void Save(FirstValue& to_first, SecondValue& to_second) {
    const auto first = hal::Cpu::Read<First>();
    const auto second = hal::Cpu::Read<Second>();
    to_first = first;
    to_second = second;
  }
  template <class First, class Second, class FirstValue, class SecondValue>
  [[gnu::always_inline]] static void Restore(FirstValue first, SecondValue second) {
    hal::Cpu::Write<First>(first);
    hal::Cpu::Write<Second>(second);
  }
  [[gnu::always_inline]] static void SaveFour(ListRegisterSpan to) {
    using hal::IchLrEl2;
    Save<IchLrEl2<0>, IchLrEl2<1>>(to[0], to[1]);
    Save<IchLrEl2<2>, IchLrEl2<3>>(to[2], to[3]);
  }
  [[gnu::always_inline]] static void RestoreFour(ConstListRegisterSpan from) {
    using hal::IchLrEl2;
    Restore<IchLrEl2<0>, IchLrEl2<1>>(from[0], from[1]);
    Restore<IchLrEl2<2>, IchLrEl2<3>>(from[2], from[3]);
  }
  [[gnu::noinline]] static void SaveSome(ListRegisterSpan to, unsigned count) {
    for (unsigned n = 0; n < count; ++n) to[n] = ReadListRegister(n);
  }
  [[gnu::noinline]] static void RestoreSome(ConstListRegisterSpan from, unsigned count) {
    for (unsigned n = 0; n < count; ++n) WriteListRegister(n, from[n]);
  }

  template <unsigned n>
  using Group0 = std::tuple_element_t<
      n, std::tuple<hal::IchAp0r0El2, hal::IchAp0r1El2, hal::IchAp0r2El2, hal::IchAp0r3El2>>;
  template <unsigned n>
  using Group1 = std::tuple_element_t<
      n, std::tuple<hal::IchAp1r0El2, hal::IchAp1r1El2, hal::IchAp1r2El2, hal::IchAp1r3El2>>;

  template <unsigned n>
  [[gnu::always_inline]] static void SaveActive(Controls& to) {
    const auto group0 = hal::Cpu::Read<Group0<n>>();
    const auto group1 = hal::Cpu::Read<Group1<n>>();
    to.active[n][0] = group0.raw();
    to.active[n][1] = group1.raw();
  }
  template <unsigned n>
  [[gnu::always_inline]] static void RestoreActive(const Controls& from) {
    const std::uint64_t group0 = from.active[n][0], group1 = from.active[n][1];
    hal::Cpu::Write<Group0<n>>(Group0<n>::Value::FromRaw(group0));
    hal::Cpu::Write<Group1<n>>(Group1<n>::Value::FromRaw(group1));
  }
  [[gnu::noinline]] static void SaveMoreActive(Controls& to, unsigned count) {
    SaveActive<1>(to);
    if (count <= 2) return;
    SaveActive<2>(to);
    SaveActive<3>(to);
  }
  [[gnu::noinline]] static void RestoreMoreActive(const Controls& from, unsigned count) {
    RestoreActive<1>(from);
    if (count <= 2) return;
    RestoreActive<2>(from);
    RestoreActive<3>(from);
  }
};

static_assert(VirtualInterface<GicV3Interface>);

}  // namespace trivet::vgic
