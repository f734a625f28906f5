// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "percpu/per_cpu.h"
#include "tests/support/test_host.h"
#include "vectors/slot_finder.h"

extern "C" {
#define FINDER_TABLE(finder, ...) extern const trivet::vectors::VectorTable trivet_test_##finder;
#include "tests/guest/finder_tables.def"
extern const trivet::vectors::VectorTable trivet_test_page_at_symbol;
}

/// Callback hosts that keep TPIDR_EL2 for themselves, one for each slot finder, and what their
/// tests need of a machine.
namespace trivet::tests {

/// The start of CPU `cpu`'s area, of 32 KiB: what TPIDR_EL2 of its host points at. It has pointers
/// where the finders look for them, a PerCpu, and a stack.
struct Area {
  static constexpr std::size_t kSize = 0x8000, kPage = 0x3000, kTop = 0x7f00;
  static constexpr std::size_t kPointers[] = {0x58, 0x7f58};

  static std::uint64_t Of(unsigned cpu);
  static std::uint64_t PageOf(unsigned cpu) { return Of(cpu) + kPage; }
  /// The end of the area that `sp` is in: SP_EL2 of an empty stack.
  static std::uint64_t EndOf(std::uint64_t sp) { return (sp - 1) / kSize * kSize + kSize; }
  /// Both pointers of its area.
  static void Point(unsigned cpu, std::uint64_t page);
};

template <const vectors::VectorTable& kTable>
struct FinderHost : TestHost {
  static constexpr const vectors::VectorTable& kVectorTable = kTable;
  static vectors::Handlers HandlersFor(CpuId cpu);
};
using SymbolHost = FinderHost<trivet_test_page_at_symbol>;

/// Calls `function` with SP_EL2 at the top of CPU `cpu`'s stack.
void RunOnStackOf(unsigned cpu, void (*function)(void*), void* argument);
/// The same on another CPU, with a host of `kind`, and waits for its return.
class OtherCpu {
 public:
  explicit OtherCpu(percpu::HostKind kind);
  ~OtherCpu();
  OtherCpu(const OtherCpu&) = delete;
  OtherCpu& operator=(const OtherCpu&) = delete;
  void Run(void (*function)(void*), void* argument);

 private:
  percpu::HostKind kind_;
};

/// Takes an SError, or with an empty stack a synchronous exception, from EL2 with SP_EL2 to this
/// CPU's vectors. The fatal handler of a FinderHost returns from here: once an enable.
void TakeSError();
void TakeCrash();
void LeaveCrash(vectors::CpuSlot& slot);

template <const vectors::VectorTable& kTable>
vectors::Handlers FinderHost<kTable>::HandlersFor(CpuId cpu) {
  vectors::Handlers handlers = TestHost::HandlersFor(cpu);
  handlers.fatal = &LeaveCrash;
  return handlers;
}

}  // namespace trivet::tests

/// The page of SymbolHost.
extern "C" constinit trivet::percpu::PerCpu<trivet::tests::SymbolHost> trivet_test_symbol_page;
