// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/stage.h"

#include <type_traits>
#include <variant>

#include "hal/cpu.h"
#include "lab/board/trace/memory.h"
#include "lab/board/trace/monitor.h"
#include "platforms/devices/mmio.h"
#include "platforms/runtime/clean_range.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"

extern "C" {
// image.ld
extern const unsigned char __image_start[], __data_start[], __tables_start[], __image_end[];
}

namespace trivet::lab::board::trace {
namespace {

constexpr unsigned kTimerInterrupt = 26;  // [bsa] the EL2 physical timer's PPI
constexpr std::uint64_t kSlotSize = 0x80;

std::uint64_t AddressOf(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

/// How far the memory of traces is from where they have it.
std::uint64_t distance = 0;

/// Where something of the monitor is in its copy.
std::uint64_t InCopy(const unsigned char* of_monitor) {
  return kMonitor + distance + (AddressOf(of_monitor) - AddressOf(trivet_trace_monitor));
}

/// Traces map memory for stage 2 by 1 GiB in its place, but for what is above.
constexpr std::uint64_t kMappedEnd = 0xc000'0000;

/// True when the traces' memory can begin at `start`: memory of the machine, and not the image's.
bool IsFree(std::uint64_t start) {
  const std::uint64_t end = start + (kMemoryEnd - kMemoryStart);
  if (end > kMappedEnd) return false;
  if (AddressOf(__image_end) > start && AddressOf(__image_start) < end) return false;
  for (const platforms::MemoryRange& range : platforms::ThisMachine().memory.all()) {
    if (range.base <= start && range.base + range.size >= end) return true;
  }
  return false;
}

/// [arm-arm] C6.2, B: the instruction at `from` that goes to `to`.
constexpr std::uint32_t BranchWord(std::uint64_t from, std::uint64_t to) {
  return 0x1400'0000 | ((to - from) >> 2 & 0x3ff'ffff);
}

/// Every 2 KiB of an arena is a vector table: ADR X29 to itself, then a branch to the monitor.
void WriteVectors(std::uint64_t arena) {
  constexpr std::uint64_t kAdrX29 = 0x1000'001d;
  for (std::uint64_t at = arena; at < arena + kArenaSize; at += kSlotSize) {
    const std::uint64_t branch = BranchWord(at + 4, InCopy(trivet_trace_arrival));
    Put64(at, kAdrX29 | branch << 32);
  }
}

Context ReadContext() {
  Context context;
  GetAll(&context, InCopy(trivet_trace_context), sizeof context);
  return context;
}
void WriteContext(const Context& context) {
  PutAll(InCopy(trivet_trace_context), &context, sizeof context);
}

void ReadHost(Context& context) {
  context.host.hcr = hal::Cpu::Read<hal::HcrEl2>().raw();
  context.host.cptr = hal::Cpu::Read<hal::CptrEl2>().raw();
  context.host.vbar = hal::Cpu::Read<hal::VbarEl2>().raw();
}

/// The registers that the monitor swaps, before the trace wrote any.
void ResetContext() {
  Context context = {};
  ReadHost(context);
  context.controls.hcr = context.host.hcr;
  context.controls.cptr = context.host.cptr;
  context.controls.sctlr = hal::SctlrEl2::Inert().raw();
  context.controls.vbar = kEl2Arena + distance;
  context.pc = kPc + distance;
  WriteContext(context);
}

/// The register that holds the group of the timer's interrupt. [gic] GICR_IGROUPR0 in the
/// redistributor's SGI frame; [gic2] GICD_IGROUPR0. 0: EL2 cannot raise both lines.
std::uint64_t GroupRegister() {
  constexpr std::uint64_t kSgiFrame = 0x1'0000, kIgroupr = 0x80;
  return std::visit(
      [](const auto& controller) -> std::uint64_t {
        using Controller = std::remove_cvref_t<decltype(controller)>;
        if constexpr (std::is_same_v<Controller, platforms::GicV3>) {
          return controller.FrameOfThisCpu() + kSgiFrame + kIgroupr;
        } else if constexpr (std::is_same_v<Controller, platforms::GicV2>) {
          return controller.distributor + kIgroupr;
        } else {
          return 0;
        }
      },
      platforms::ThisMachine().interrupt_controller);
}

/// An operation as this machine runs it. What brings the CPU back at EL2 is a branch to the
/// monitor.
Operation Placed(Operation operation) {
  if ((operation.kind & kMovesX0) != 0) operation.x[0] = Moved(operation.x[0], distance);
  if ((operation.kind & kMovesX1) != 0) operation.x[1] = Moved(operation.x[1], distance);
  if (operation.back == 0) {
    operation.back = BranchWord(kPc + distance + 4, InCopy(trivet_trace_done));
  }
  return operation;
}

/// An outcome as the trace has it. [arm-arm] HPFAR_EL2.FIPA: bits 47:12 of the address at 39:4.
void PlaceBack(Outcome& outcome, const Operation& operation) {
  constexpr unsigned kFipaShift = 8;
  outcome.elr = MovedBack(outcome.elr, distance);
  outcome.far = MovedBack(outcome.far, distance);
  outcome.hpfar = MovedBack(outcome.hpfar << kFipaShift, distance) >> kFipaShift;
  if ((operation.kind & kMovesX0) != 0) outcome.x0 = MovedBack(outcome.x0, distance);
}

}  // namespace

const char* FindPlace() {
  // By 1 GiB, in whose middle loaders and firmware rarely are; then closer.
  constexpr std::uint64_t kSteps[] = {0x1000'0000, 0x400'0000};
  if (IsFree(kMemoryStart)) return nullptr;
  for (const std::uint64_t step : kSteps) {
    for (std::uint64_t block = step; block < kMappedEnd; block += step) {
      const std::uint64_t start = block + kMemoryStart % step;
      if (!IsFree(start)) continue;
      distance = start - kMemoryStart;
      return nullptr;
    }
  }
  return "this machine has no 39 MiB of memory below 3 GiB that traces could have";
}

void PrepareStage() {
  const std::uint64_t start = kMemoryStart + distance, size_of_all = kMemoryEnd - kMemoryStart;
  platforms::CleanRange(start, size_of_all);
  for (std::uint64_t at = start; at < start + size_of_all; at += 8) Put64(at, 0);
  const auto size = static_cast<std::uint64_t>(trivet_trace_monitor_end - trivet_trace_monitor);
  PutAll(kMonitor + distance, trivet_trace_monitor, size);
  WriteVectors(kEl2Arena + distance);
  WriteVectors(kEl1Arena + distance);
  constexpr std::uint64_t kHvcLanded = 0xd40f'e042;  // HVC #0x7f02, see lab/traces/replayer.h
  Put64(kLanding + distance, kHvcLanded);
  ResetContext();
}

void PrepareInterrupts() {
  const std::uint64_t group = GroupRegister();
  if (group == 0) return;
  platforms::InterruptsInitThisCpu();
  constexpr unsigned kAnySgi = 7;  // what it opens for one interrupt of Group 0 it opens for all
  const bool has_fiq = platforms::EnableFiq(kAnySgi);
  platforms::EnableInterrupt(kTimerInterrupt);
  Context context = ReadContext();
  context.group_register = has_fiq ? group : 0;
  context.group_bit = 1u << kTimerInterrupt;
  WriteContext(context);
}

void RunBatch(const Operation* operations, Outcome* outcomes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Operation placed = Placed(operations[i]);
    PutAll(kBatchOperations + distance + i * sizeof placed, &placed, sizeof placed);
  }
  Context context = ReadContext();
  ReadHost(context);
  context.operation = kBatchOperations + distance;
  context.outcome = kBatchOutcomes + distance;
  context.left = count;
  WriteContext(context);
  // An operation may be DC ISW: nothing of the image's may be in the caches only.
  platforms::CleanRange(AddressOf(__data_start),
                        AddressOf(__tables_start) - AddressOf(__data_start));
  trivet_trace_run(reinterpret_cast<const void*>(kMonitor + distance));
  GetAll(outcomes, kBatchOutcomes + distance, count * sizeof *outcomes);
  for (std::size_t i = 0; i < count; ++i) PlaceBack(outcomes[i], operations[i]);
}

}  // namespace trivet::lab::board::trace
