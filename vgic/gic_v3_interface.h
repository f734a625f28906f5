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
  [[gnu::always_inline]] static void WriteListRegister(unsigned n, ListRegister value) {
    hal::WriteListRegister<hal::Cpu>(n, value);
  }
  static void RestoreListRegisters(ConstListRegisterSpan from, unsigned count) {
    for (unsigned n = 0; n < count; ++n) WriteListRegister(n, from[n]);
  }
  [[gnu::always_inline]] static void ExchangeListRegisters(ListRegisterSpan save,
                                                           ConstListRegisterSpan load,
                                                           unsigned count) {
    if (count == 4) [[likely]]
      return ExchangeFour(save, load);
    ExchangeSome(save, load, count);
  }
  static unsigned EmptyListRegisters() { return hal::Cpu::Read<hal::IchElrsrEl2>().status(); }
  static bool HasMaintenance() { return hal::Cpu::Read<hal::IchMisrEl2>().raw() != 0; }

  static hal::IchHcrEl2 ReadHcr() { return hal::Cpu::Read<hal::IchHcrEl2>(); }
  static void WriteHcr(hal::IchHcrEl2 value) { hal::Cpu::Write<hal::IchHcrEl2>(value); }
  static hal::IchVmcrEl2 ReadVmcr() { return hal::Cpu::Read<hal::IchVmcrEl2>(); }

  static void RestoreControls(const Controls& from, const Implementation& has) {
    Controls before;
    ExchangeControls(before, from, has);
  }
  [[gnu::always_inline]] static void ExchangeControls(Controls& save, const Controls& load,
                                                      const Implementation& has) {
    Exchange<hal::IchHcrEl2, hal::IchVmcrEl2>(save.hcr, save.vmcr, load.hcr, load.vmcr);
    ExchangeActive<0>(save, load);
    if (has.active_registers > 1) [[unlikely]]
      ExchangeMoreActive(save, load, has.active_registers);
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

  /// Two registers whose values are neighbours in memory.
  template <class First, class Second, class FirstValue, class SecondValue>
  [[gnu::always_inline]] static void Exchange(FirstValue& save_first, SecondValue& save_second,
                                              FirstValue load_first, SecondValue load_second) {
    const auto first = hal::Cpu::Read<First>();
    const auto second = hal::Cpu::Read<Second>();
    save_first = first;
    save_second = second;
    hal::Cpu::Write<First>(load_first);
    hal::Cpu::Write<Second>(load_second);
  }
  [[gnu::always_inline]] static void ExchangeFour(ListRegisterSpan save,
                                                  ConstListRegisterSpan load) {
    using hal::IchLrEl2;
    Exchange<IchLrEl2<0>, IchLrEl2<1>>(save[0], save[1], load[0], load[1]);
    Exchange<IchLrEl2<2>, IchLrEl2<3>>(save[2], save[3], load[2], load[3]);
  }
  [[gnu::noinline]] static void ExchangeSome(ListRegisterSpan save, ConstListRegisterSpan load,
                                             unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
      save[n] = ReadListRegister(n);
      WriteListRegister(n, load[n]);
    }
  }

  template <unsigned n>
  [[gnu::always_inline]] static void ExchangeActive(Controls& save, const Controls& load) {
    using Group0 = std::tuple_element_t<
        n, std::tuple<hal::IchAp0r0El2, hal::IchAp0r1El2, hal::IchAp0r2El2, hal::IchAp0r3El2>>;
    using Group1 = std::tuple_element_t<
        n, std::tuple<hal::IchAp1r0El2, hal::IchAp1r1El2, hal::IchAp1r2El2, hal::IchAp1r3El2>>;
    const auto& next = load.active[n];
    const auto group0 = hal::Cpu::Read<Group0>();
    const auto group1 = hal::Cpu::Read<Group1>();
    const std::uint64_t next0 = next[0], next1 = next[1];
    save.active[n][0] = group0.raw();
    save.active[n][1] = group1.raw();
    hal::Cpu::Write<Group0>(Group0::Value::FromRaw(next0));
    hal::Cpu::Write<Group1>(Group1::Value::FromRaw(next1));
  }
  [[gnu::noinline]] static void ExchangeMoreActive(Controls& save, const Controls& load,
                                                   unsigned count) {
    ExchangeActive<1>(save, load);
    if (count <= 2) return;
    ExchangeActive<2>(save, load);
    ExchangeActive<3>(save, load);
  }
};

static_assert(VirtualInterface<GicV3Interface>);

}  // namespace trivet::vgic
