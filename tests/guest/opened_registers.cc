// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/opened_registers.h"

#include <algorithm>
#include <bit>

#include "tests/guest/switched_registers.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint64_t kAddresses = 0x7fff'ffff'fff8, kCycles = std::uint64_t{1} << 31;
// Without what enables one, selects a kind of context, or is RES0 by the rest.
constexpr std::uint64_t kOfBreakpoint = 0xf'01e6, kOfWatchpoint = 0xf'1fe6;
constexpr std::uint64_t kEvent = 0x3ff, kFilters = std::uint64_t{3} << 30;

}  // namespace

template <class R>
void OpenedRegisters::Add(bool is_monitor, std::uint64_t chosen, void (*write)(std::uint64_t)) {
  ASSERT_LT(count_, kMost);
  registers_[count_++] = {.name = kInfo<R>.name,
                          .is_monitor = is_monitor,
                          .read = [] { return Cpu::Read<R>().raw(); },
                          .write = write,
                          .chosen = chosen};
}

/// A bit for each counter, of two names.
template <class Set, class Clear>
void OpenedRegisters::AddBits(std::uint64_t chosen) {
  Add<Set>(true, chosen, [](std::uint64_t value) {
    WriteRaw<Clear>(0xffff'ffff);
    WriteRaw<Set>(value);
  });
}

void OpenedRegisters::AddDebug() {
  const IdAa64Dfr0El1 id = Cpu::Read<IdAa64Dfr0El1>();
  unsigned breakpoints = 0, controls = 0, watchpoints = 0, watchpoint_controls = 0;
#define DEBUG(Type)
#define MONITOR(Type)
#define BREAKPOINT(Type) \
  if (breakpoints++ <= id.brps()) Add<Type>(false, kAddresses, &WriteRaw<Type>);
#define BREAKPOINT_CONTROL(Type) \
  if (controls++ <= id.brps()) Add<Type>(false, kOfBreakpoint, &WriteRaw<Type>);
#define WATCHPOINT(Type) \
  if (watchpoints++ <= id.wrps()) Add<Type>(false, kAddresses, &WriteRaw<Type>);
#define WATCHPOINT_CONTROL(Type) \
  if (watchpoint_controls++ <= id.wrps()) Add<Type>(false, kOfWatchpoint, &WriteRaw<Type>);
#include "hal/regs/guest.def"
  Add<OsdlrEl1>(false, KeptBits(RegisterId::kOsdlrEl1), &WriteRaw<OsdlrEl1>);
  Add<DbgclaimclrEl1>(false, 0xff, [](std::uint64_t value) {
    WriteRaw<DbgclaimclrEl1>(0xff);
    WriteRaw<DbgclaimsetEl1>(value);
  });
  Add<OslsrEl1>(false, OslsrEl1().oslk(true).raw(),
                [](std::uint64_t value) { WriteRaw<OslarEl1>(value != 0 ? 1 : 0); });
}

/// [arm-arm] MDCR_EL2.HPMN: the event counters that EL1 has.
void OpenedRegisters::AddMonitors() {
  const unsigned has = std::min<unsigned>(Cpu::Read<PmcrEl0>().n(), Cpu::Read<MdcrEl2>().hpmn());
  const std::uint64_t bits = kCycles | ((std::uint64_t{1} << has) - 1);
  unsigned types = 0, counters = 0;
#define DEBUG(Type)
#define MONITOR(Type)
#define EVENT_TYPE(Type) \
  if (types++ < has) Add<Type>(true, kEvent, &WriteRaw<Type>);
#define EVENT_COUNTER(Type) \
  if (counters++ < has) Add<Type>(true, 0xffff'ffff, &WriteRaw<Type>);
#include "hal/regs/guest.def"
  AddBits<PmcntensetEl0, PmcntenclrEl0>(bits);
  AddBits<PmovssetEl0, PmovsclrEl0>(bits);
  AddBits<PmintensetEl1, PmintenclrEl1>(bits);
  Add<PmselrEl0>(true, 3, &WriteRaw<PmselrEl0>);
  Add<PmccntrEl0>(true, 0xffff'ffff, &WriteRaw<PmccntrEl0>);
  Add<PmccfiltrEl0>(true, kFilters, &WriteRaw<PmccfiltrEl0>);
  Add<PmcrEl0>(true, PmcrEl0().lc(true).dp(true).x(true).raw(), &WriteRaw<PmcrEl0>);
}

OpenedRegisters::OpenedRegisters() {
  AddDebug();
  AddMonitors();
  for (const Owner owner : {Owner::kFirst, Owner::kSecond, Owner::kHost}) {
    for (const unsigned which : {1u, 0u}) {
      for (std::size_t n = 0; n < count_; ++n) {
        OpenedRegister& it = registers_[n];
        const std::uint64_t mixed = Mixed(n << 8 | static_cast<unsigned>(owner) << 4 | which);
        it.write(mixed & it.chosen);
        Cpu::Isb();
        it.values[static_cast<unsigned>(owner)][which] = it.read();
      }
    }
  }
  ExpectDistinct();
}

/// But for registers that hold nothing, and those of few bits.
void OpenedRegisters::ExpectDistinct() const {
  for (std::size_t n = 0; n < count_; ++n) {
    const auto& [host, first, second] = registers_[n].values;
    if (std::popcount(registers_[n].chosen) < 8 || (host[0] | first[0] | second[0]) == 0) continue;
    EXPECT_NE(host[0], first[0]) << registers_[n].name;
    EXPECT_NE(host[0], second[0]) << registers_[n].name;
    EXPECT_NE(first[0], second[0]) << registers_[n].name;
    EXPECT_NE(first[0], first[1]) << registers_[n].name;
  }
}

void OpenedRegisters::Write(Owner owner, unsigned which, bool monitors) const {
  for (std::size_t n = 0; n < count_; ++n) {
    const OpenedRegister& it = registers_[n];
    if (it.is_monitor != monitors) continue;
    it.write(it.values[static_cast<unsigned>(owner)][which] & it.chosen);
  }
  Cpu::Isb();
}

void OpenedRegisters::Expect(const char* where, Owner owner, unsigned which, bool monitors) const {
  for (std::size_t n = 0; n < count_; ++n) {
    const OpenedRegister& it = registers_[n];
    if (it.is_monitor != monitors) continue;
    EXPECT_EQ(it.read(), it.values[static_cast<unsigned>(owner)][which])
        << where << ": " << it.name;
  }
}

}  // namespace trivet::tests
