// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>

#include "hal/cpu.h"
#include "hal/decode.h"
#include "hal/registers.h"

/// Errata as data: percpu/errata.def. MIDR_EL1 selects what a CPU needs.
namespace trivet::percpu {

enum class Workaround : std::uint8_t {
#define WORKAROUND(name, what, cost) name,
#include "percpu/errata.def"
  kCount
};

/// A set of work-arounds. All zeros: not computed yet, and none.
class Workarounds {
 public:
  constexpr Workarounds() = default;
  constexpr bool Has(Workaround w) const { return (bits_ & BitOf(w)) != 0; }
  constexpr Workarounds With(Workaround w) const { return Workarounds(bits_ | BitOf(w)); }
  /// True for what WorkaroundsFor() returned.
  constexpr bool IsKnown() const { return (bits_ & kKnown) != 0; }
  constexpr Workarounds Known() const { return Workarounds(bits_ | kKnown); }
  friend constexpr bool operator==(Workarounds, Workarounds) = default;

 private:
  static constexpr std::uint8_t kKnown = 0x80;
  static_assert(static_cast<unsigned>(Workaround::kCount) <= 7);

  constexpr explicit Workarounds(unsigned bits) : bits_(static_cast<std::uint8_t>(bits)) {}
  static constexpr unsigned BitOf(Workaround w) { return 1u << static_cast<unsigned>(w); }

  std::uint8_t bits_ = 0;
};

/// One erratum: the CPUs that have it, and its work-around.
struct Erratum {
  const char* number;
  const char* cpu;
  std::uint8_t implementer;
  std::uint16_t part;
  std::uint8_t first;  ///< MIDR_EL1.Variant and Revision, as 0xVR.
  std::uint8_t last;   ///< The same; included.
  Workaround workaround;
  const char* source;

  constexpr bool AppliesTo(hal::MidrEl1 midr) const {
    const unsigned revision = unsigned{midr.variant()} << 4 | midr.revision();
    return midr.implementer() == implementer && midr.partnum() == part && first <= revision &&
           revision <= last;
  }
};

std::span<const Erratum> AllErrata();
/// A work-around's name, what it does, and what it costs.
const char* NameOf(Workaround w);
const char* Describe(Workaround w);
const char* CostOf(Workaround w);

/// What the CPU with this MIDR_EL1 needs. About 40 instructions.
Workarounds WorkaroundsFor(hal::MidrEl1 midr);

/// One line for each erratum of the CPU with this MIDR_EL1: number, CPU, work-around, cost; or
/// "none".
void PrintErrata(hal::MidrEl1 midr, hal::TextSink sink);
/// The same of the CPU that calls. At EL1 or EL2.
inline void PrintErrata(hal::TextSink sink) { PrintErrata(hal::Cpu::Read<hal::MidrEl1>(), sink); }

/// Writes HCR_EL2, with the barrier that the CPU needs before it. The caller supplies the ISB, as
/// the next instruction.
template <class B>
[[gnu::always_inline]] inline void WriteHcr(B& backend, hal::HcrEl2 hcr, Workarounds workarounds) {
  if (workarounds.Has(Workaround::kDsbBeforeHcr)) {
    backend.template Dsb<hal::Domain::kNonShareable>();
  }
  backend.template Write<hal::HcrEl2>(hcr);
}

}  // namespace trivet::percpu
