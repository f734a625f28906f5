// SPDX-License-Identifier: Apache-2.0 OR MIT
// One function per operation of El2Backend, for disassembly_test to look at.

#include <cstdint>

#include "hal/el2/el2_backend.h"

namespace trivet::hal {

using Cpu = El2Backend;

extern "C" {
std::uint64_t ReadVbar() { return Cpu::Read<VbarEl2>().raw(); }
void WriteVbar(std::uint64_t raw) { Cpu::Write<VbarEl2>(VbarEl2::FromRaw(raw)); }
std::uint64_t ReadHcr() { return Cpu::Read<HcrEl2>().raw(); }
void WriteHcr(std::uint64_t raw) { Cpu::Write<HcrEl2>(HcrEl2::FromRaw(raw)); }
std::uint64_t ReadIar() { return Cpu::Read<IccIar1El1>().raw(); }
void WriteEoir(std::uint64_t raw) { Cpu::Write<IccEoir1El1>(IccEoir1El1::FromRaw(raw)); }
void WriteAlias(std::uint64_t raw) { Cpu::Write<SctlrEl12>(SctlrEl1::FromRaw(raw)); }
void Isb() { Cpu::Isb(); }
void DsbNsh() { Cpu::Dsb<Domain::kNonShareable>(); }
void DsbIsh() { Cpu::Dsb<Domain::kInnerShareable>(); }
void DsbSy() { Cpu::Dsb<Domain::kFullSystem>(); }
void TlbiAllE1() { Cpu::Invalidate<Tlbi::kAllE1>(); }
void TlbiAllE1Is() { Cpu::Invalidate<Tlbi::kAllE1Is>(); }
void TlbiVmallS12E1() { Cpu::Invalidate<Tlbi::kVmallS12E1>(); }
void TlbiVmallS12E1Is() { Cpu::Invalidate<Tlbi::kVmallS12E1Is>(); }
void TlbiAllE2() { Cpu::Invalidate<Tlbi::kAllE2>(); }
void AtS1E1R(std::uint64_t address) { Cpu::Translate<At::kS1E1R>(address); }
void AtS1E1W(std::uint64_t address) { Cpu::Translate<At::kS1E1W>(address); }
void AtS1E0R(std::uint64_t address) { Cpu::Translate<At::kS1E0R>(address); }
void AtS1E0W(std::uint64_t address) { Cpu::Translate<At::kS1E0W>(address); }
std::uint64_t DaifMask() { return Cpu::DaifMask().raw(); }
void DaifRestore(std::uint64_t raw) { Cpu::DaifRestore(Daif::FromRaw(raw)); }
}

}  // namespace trivet::hal
