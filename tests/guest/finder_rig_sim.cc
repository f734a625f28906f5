// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <optional>

#include "hal/cpu.h"
#include "sim/pe/exception.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "tests/guest/finder_rig.h"
#include "tests/support/machine.h"

namespace trivet::tests {
namespace {

/// Stands at `place`.
vectors::VectorTable TableForSymbol(const vectors::VectorTable* place) {
  const auto page = reinterpret_cast<std::uint64_t>(&trivet_test_symbol_page);
  return {.finder = {.by = vectors::SlotFinder::By::kPageAtSymbol,
                     .number = page - reinterpret_cast<std::uint64_t>(&place->finder.number)}};
}

}  // namespace
}  // namespace trivet::tests

extern "C" {
#define FINDER_TABLE(name, by, number, area)                    \
  constexpr trivet::vectors::VectorTable trivet_test_##name = { \
      .finder = {trivet::vectors::SlotFinder::By::by, area, number}};
#include "tests/guest/finder_tables.def"
const trivet::vectors::VectorTable trivet_test_page_at_symbol =
    trivet::tests::TableForSymbol(&trivet_test_page_at_symbol);
}

namespace trivet::tests {
namespace {

using hal::Cpu;
using hal::HcrEl2;
using hal::VbarEl2;

struct CrashTaken {};

std::optional<sim::Pe> other;

}  // namespace

void RunOnStackOf(unsigned cpu, void (*function)(void*), void* argument) {
  vectors::SetStackPointer(Area::Of(cpu) + Area::kTop);
  function(argument);
  vectors::SetStackPointer(0);
}

OtherCpu::OtherCpu(percpu::HostKind kind) : kind_(kind) {
  const auto vbar = Cpu::Read<VbarEl2>();
  const sim::Pe& first = sim::ScopedPe::Current();
  other.emplace(first.profile(), CpuId{1});
  const sim::ScopedPe current(*other);
  Cpu::Write<VbarEl2>(vbar);
  BecomeHost(HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true), kind_);
}
OtherCpu::~OtherCpu() { other.reset(); }

void OtherCpu::Run(void (*function)(void*), void* argument) {
  const sim::ScopedPe current(*other);
  RunOnStackOf(1, function, argument);
}

void TakeSError() {
  sim::ScopedPe::Current().RaiseSError();
  OpenInterruptWindow();
}

void TakeCrash() {
  sim::Pe& pe = sim::ScopedPe::Current();
  const std::uint64_t sp = vectors::StackPointer();
  vectors::SetStackPointer(Area::EndOf(sp));
  try {
    pe.RunCodeAt(pe.TakeException(
        {.kind = sim::VectorKind::kSync, .esr = sim::Syndrome(sim::ExceptionClass::kBrk64, 0x79)}));
  } catch (const CrashTaken&) {
  }
  vectors::SetStackPointer(sp);
}
void LeaveCrash(vectors::CpuSlot& slot) {
  TestHost::Here().last_slot = &slot;
  throw CrashTaken();
}

}  // namespace trivet::tests
