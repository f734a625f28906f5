// SPDX-License-Identifier: Apache-2.0 OR MIT
// The image: runs the plan on this CPU and prints the results, one a line; or, with a trace as
// payload, runs that. Format: words.h, trace/trace_words.h.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/registers.h"
#include "lab/board/el2_probe_offsets.h"
#include "lab/board/plan.h"
#include "lab/board/states.h"
#include "lab/board/trace/payload.h"
#include "lab/board/trace/target.h"
#include "lab/board/words.h"
#include "platforms/runtime/console.h"

namespace trivet::lab::board {
namespace {

using hal::Cpu;
using hal::RegisterId;

/// What el2_probe.S reads and writes.
struct El2Request {
  std::uint64_t stub, value;
  std::uint64_t counterpart, inversion;
  std::uint64_t hcr, cptr;
  std::uint64_t writes;
};
// The assembly loads pairs.
static_assert(offsetof(El2Request, stub) == REQUEST_STUB);
static_assert(offsetof(El2Request, value) == REQUEST_STUB + 8);
static_assert(offsetof(El2Request, counterpart) == REQUEST_COUNTERPART);
static_assert(offsetof(El2Request, inversion) == REQUEST_COUNTERPART + 8);
static_assert(offsetof(El2Request, hcr) == REQUEST_HCR);
static_assert(offsetof(El2Request, cptr) == REQUEST_HCR + 8);
static_assert(offsetof(El2Request, writes) == REQUEST_WRITES);
static_assert(offsetof(Reading, read_esr) == READING_ESR);
static_assert(offsetof(Reading, write_esr) == READING_ESR + 8);
static_assert(offsetof(Reading, now) == READING_VALUE);
static_assert(offsetof(Reading, after) == READING_VALUE + 8);

extern "C" void trivet_conformance_probe(const El2Request* request, Reading* reading);
extern "C" const char trivet_conformance_stubs[], trivet_conformance_stubs_end[];

constexpr std::uint64_t kStubSize = 16;

std::uint64_t StubOf(RegisterId id) {
  return reinterpret_cast<std::uint64_t>(trivet_conformance_stubs) +
         static_cast<std::uint64_t>(id) * kStubSize;
}

Reading Probe(const Request& request) {
  const bool sets = request.counterpart != RegisterId::kCount;
  const El2Request el2_request = {.stub = StubOf(request.id),
                                  .value = request.value,
                                  .counterpart = sets ? StubOf(request.counterpart) : 0,
                                  .inversion = request.clears ? ~std::uint64_t{0} : 0,
                                  .hcr = HcrOf(request.e2h),
                                  .cptr = CptrOf(request.e2h),
                                  .writes = request.writes ? 1u : 0u};
  Reading reading;
  trivet_conformance_probe(&el2_request, &reading);
  return reading;
}

void Print(const LineWriter& line) { platforms::ConsoleWrite(line.text()); }

void PrintRegister(const Result& result) {
  LineWriter line;
  line.Word("reg").Word(hal::InfoOf(result.id).name).Number(result.e2h).Number(result.written);
  line.Number(result.read_esr).Number(result.write_esr);
  line.Number(result.now).Number(result.zeros).Number(result.ones).End();
  Print(line);
}

void PrintWalk(const Result& result, bool one, unsigned bit, std::uint64_t value) {
  LineWriter line;
  line.Word("walk").Word(hal::InfoOf(result.id).name).Number(result.e2h);
  line.Number(one).Number(bit).Number(value).End();
  Print(line);
}

/// GICv3 system registers are accessible only after ICC_SRE_EL2 enables them.
void OpenInterruptController() {
  if (!hal::Has<hal::Feature::kGicV3, Cpu>()) return;
  Cpu::Write<hal::IccSreEl2>(hal::IccSreEl2().sre(true).enable(true).dfb(true).dib(true));
  Cpu::Isb();
}

int Run() {
  const auto size =
      static_cast<std::uint64_t>(trivet_conformance_stubs_end - trivet_conformance_stubs);
  if (size != hal::kRegisterCount * kStubSize) return 1;
  OpenInterruptController();
  const bool has_e2h = hal::Has<hal::Feature::kVhe, Cpu>();
  const bool has_no_e2h = hal::Has<hal::Feature::kE2h0, Cpu>();
  std::uint64_t count = 0;
  Print(LineWriter().Word(kFirstWord).Number(kFormat).Number(has_e2h).Number(has_no_e2h).End());
  ProbeAll(
      has_e2h, has_no_e2h, &Probe,
      [&](const Result& result) {
        PrintRegister(result);
        ++count;
      },
      [&](const Result& result, bool one, unsigned bit, std::uint64_t value) {
        PrintWalk(result, one, bit, value);
        ++count;
      });
  Print(LineWriter().Word(kLastWord).Number(count).End());
  return 0;
}

}  // namespace
}  // namespace trivet::lab::board

int main() {
  const auto payload = trivet::lab::board::trace::Payload();
  return payload.empty() ? trivet::lab::board::Run() : trivet::lab::board::trace::RunTrace(payload);
}
