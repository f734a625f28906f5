// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/target.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "lab/board/trace/operations.h"
#include "lab/board/trace/payload.h"
#include "lab/board/trace/stage.h"
#include "lab/board/trace/trace_words.h"
#include "lab/board/words.h"
#include "platforms/runtime/console.h"

extern "C" {
// payload.S
struct PayloadBlock {
  char magic[16];
  std::uint64_t offset, capacity, size;
};
extern const volatile PayloadBlock trivet_payload_block;
extern const unsigned char trivet_payload[];
}

namespace trivet::lab::board::trace {
namespace {

void Print(const LineWriter& line) { platforms::ConsoleWrite(line.text()); }

/// The parts of a payload. False: it is damaged.
struct Trace {
  Header header;
  const unsigned char* operations;
  const unsigned char* order;

  bool Read(std::span<const unsigned char> payload) {
    if (payload.size() < sizeof header) return false;
    std::memcpy(&header, payload.data(), sizeof header);
    const std::size_t operations_size = header.operations * sizeof(Operation);
    const std::size_t size = sizeof header + operations_size + header.order * std::size_t{2};
    if (header.magic != kMagic || payload.size() < size) return false;
    operations = payload.data() + sizeof header;
    order = operations + operations_size;
    return ChecksumOf(operations, size - sizeof header) == header.checksum;
  }

  bool Get(std::uint32_t place, Operation& operation) const {
    std::uint16_t index;
    std::memcpy(&index, order + place * std::size_t{2}, sizeof index);
    if (index >= header.operations) return false;
    std::memcpy(&operation, operations + index * sizeof operation, sizeof operation);
    return true;
  }

  bool NeedsLines() const {
    Operation operation;
    for (std::uint32_t i = 0; i < header.order; ++i) {
      if (Get(i, operation) && (operation.kind & (kIrq | kFiq)) != 0) return true;
    }
    return false;
  }
};

/// Prints outcomes in few characters: each once, with a number, and then the number.
class OutcomeWriter {
 public:
  void Write(const Outcome& outcome) {
    const std::uint64_t id = IdOf(outcome);
    if (waiting_ == kRanMost) Flush();
    if (waiting_ == 0) ran_ = LineWriter().Word(kRanWord);
    ran_.Number(id);
    ++waiting_;
  }
  void Flush() {
    if (waiting_ == 0) return;
    Put(ran_.End());
    waiting_ = 0;
  }
  std::uint64_t lines() const { return lines_; }

 private:
  void Put(const LineWriter& line) {
    Print(line);
    ++lines_;
  }

  /// The place of an outcome among those printed, or a free place for it: a few places for each;
  /// one that finds them taken gets the first.
  static std::uint64_t PlaceOf(const Outcome& outcome) {
    std::uint64_t hash = 0;
    for (const std::uint64_t part : {outcome.what, outcome.esr, outcome.elr, outcome.spsr,
                                     outcome.far, outcome.hpfar, outcome.pstate, outcome.x0}) {
      hash = (hash ^ part) * 0x9e37'79b9'7f4a'7c15;
    }
    constexpr unsigned kPlaces = 8;
    const std::uint64_t first = hash >> 52;
    for (unsigned i = 0; i < kPlaces; ++i) {
      const std::uint64_t place = (first + i) % outcomes_.size();
      if (!known_[place] || outcomes_[place] == outcome) return place;
    }
    return first;
  }

  std::uint64_t IdOf(const Outcome& outcome) {
    const std::uint64_t id = PlaceOf(outcome);
    if (known_[id] && outcomes_[id] == outcome) return id;
    Flush();
    known_[id] = true;
    outcomes_[id] = outcome;
    LineWriter line;
    line.Word(kOutcomeWord).Number(id).Number(outcome.what).Number(outcome.esr);
    line.Number(outcome.elr).Number(outcome.spsr).Number(outcome.far).Number(outcome.hpfar);
    Put(line.Number(outcome.pstate).Number(outcome.x0).End());
    return id;
  }

  static inline std::array<Outcome, 4096> outcomes_;
  static inline std::array<bool, 4096> known_;
  LineWriter ran_;
  std::size_t waiting_ = 0;
  std::uint64_t lines_ = 0;
};

/// What registers happen to hold is no outcome.
Outcome Restored(Outcome outcome, const Operation& operation) {
  const std::uint64_t x0 = (operation.kind & kReads) != 0 ? outcome.x0 : 0;
  if (outcome.what == 0 || outcome.what == kImpossible) {
    return {.what = outcome.what, .x0 = outcome.what == 0 ? x0 : 0};
  }
  outcome.x0 = 0;
  return outcome;
}

int Refuse(const char* reason) {
  Print(LineWriter().Word(kRefusedWord).Word(reason).End());
  return 0;
}

std::array<Operation, kBatch> batch;
std::array<Outcome, kBatch> outcomes;

}  // namespace

std::span<const unsigned char> Payload() {
  const std::uint64_t size = trivet_payload_block.size;
  return {trivet_payload, size <= trivet_payload_block.capacity ? size : 0};
}

int RunTrace(std::span<const unsigned char> payload) {
  Trace trace;
  if (!trace.Read(payload)) return Refuse("the trace was damaged on its way into the memory");
  if (const char* const obstacle = FindPlace()) return Refuse(obstacle);
  PrepareStage();
  if (trace.NeedsLines()) PrepareInterrupts();
  Print(LineWriter().Word(kTraceWord).Number(kTraceFormat).Number(trace.header.order).End());
  OutcomeWriter writer;
  for (std::uint32_t done = 0; done < trace.header.order;) {
    const auto count = std::min<std::size_t>(kBatch, trace.header.order - done);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!trace.Get(done + i, batch[i])) return Refuse("the trace makes no sense");
    }
    RunBatch(batch.data(), outcomes.data(), count);
    for (std::size_t i = 0; i < count; ++i) writer.Write(Restored(outcomes[i], batch[i]));
    writer.Flush();
    done += static_cast<std::uint32_t>(count);
  }
  Print(LineWriter().Word(kEndedWord).Number(writer.lines()).End());
  return 0;
}

}  // namespace trivet::lab::board::trace
