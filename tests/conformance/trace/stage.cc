#include "tests/conformance/trace/stage.h"

#include <type_traits>
#include <variant>

#include "platforms/devices/mmio.h"
#include "platforms/runtime/clean_range.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "tests/conformance/trace/memory.h"
#include "tests/conformance/trace/monitor.h"

extern "C" {
// image.ld
extern const unsigned char __image_start[], __data_start[], __tables_start[], __image_end[];
}

namespace trivet::conformance::trace {
namespace {

constexpr unsigned kTimerInterrupt = 26;  // [bsa] the EL2 physical timer's PPI
constexpr std::uint64_t kSlotSize = 0x80;

std::uint64_t AddressOf(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

/// Where something of the monitor is in its copy.
std::uint64_t InCopy(const unsigned char* of_monitor) {
  return kMonitor + (AddressOf(of_monitor) - AddressOf(trivet_trace_monitor));
}

bool HasMemory() {
  for (const platforms::MemoryRange& range : platforms::ThisMachine().memory.all()) {
    if (range.base <= kMemoryStart && range.base + range.size >= kMemoryEnd) return true;
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
  asm volatile("mrs %0, HCR_EL2\n mrs %1, CPTR_EL2\n mrs %2, VBAR_EL2"
               : "=r"(context.host.hcr), "=r"(context.host.cptr), "=r"(context.host.vbar));
}

/// The registers that the monitor swaps, before the trace wrote any. [arm-arm] SCTLR_EL2: RES1.
void ResetContext() {
  constexpr std::uint64_t kSctlrRes1 = 0x30c5'0830;
  Context context = {};
  ReadHost(context);
  context.controls.hcr = context.host.hcr;
  context.controls.cptr = context.host.cptr;
  context.controls.sctlr = kSctlrRes1;
  context.controls.vbar = kEl2Arena;
  WriteContext(context);
}

/// The register that says which group the timer's interrupt is in. [gic] GICR_IGROUPR0 in the
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

}  // namespace

const char* FindObstacle() {
  if (!HasMemory()) return "this machine has no memory at 40100000 to 42800000, where traces are";
  const bool apart =
      AddressOf(__image_end) <= kMemoryStart || AddressOf(__image_start) >= kMemoryEnd;
  return apart ? nullptr
               : "the image is where traces have their memory, 40100000 to 42800000: load it "
                 "elsewhere, with --address=44000000 if there is memory";
}

void PrepareStage() {
  platforms::CleanRange(kMemoryStart, kMemoryEnd - kMemoryStart);
  for (std::uint64_t at = kMemoryStart; at < kMemoryEnd; at += 8) Put64(at, 0);
  const auto size = static_cast<std::uint64_t>(trivet_trace_monitor_end - trivet_trace_monitor);
  PutAll(kMonitor, trivet_trace_monitor, size);
  WriteVectors(kEl2Arena);
  WriteVectors(kEl1Arena);
  constexpr std::uint64_t kHvcLanded = 0xd40f'e042;  // HVC #0x7f02, see sim/replay/replayer.h
  Put64(kLanding, kHvcLanded);
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
  PutAll(kBatchOperations, operations, count * sizeof *operations);
  for (std::size_t i = 0; i < count; ++i) {
    // What brings the CPU back at EL2 depends on where the monitor is.
    const std::uint64_t at = kBatchOperations + i * sizeof(Operation) + offsetof(Operation, word);
    if (operations[i].back == 0) {
      Put64(at, operations[i].word | std::uint64_t{BranchWord(kPc + 4, InCopy(trivet_trace_done))}
                                         << 32);
    }
  }
  Context context = ReadContext();
  ReadHost(context);
  context.operation = kBatchOperations;
  context.outcome = kBatchOutcomes;
  context.left = count;
  WriteContext(context);
  // An operation may be DC ISW: nothing of the image's may be in the caches only.
  platforms::CleanRange(AddressOf(__data_start),
                        AddressOf(__tables_start) - AddressOf(__data_start));
  trivet_trace_run(reinterpret_cast<const void*>(kMonitor));
  GetAll(outcomes, kBatchOutcomes, count * sizeof *outcomes);
}

}  // namespace trivet::conformance::trace
