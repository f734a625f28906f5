// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lab/traces/trace_line.h"
#include "sim/model/model.h"
#include "sim/pe/pe.h"
#include "sim/profiles/profile.h"

namespace trivet::lab {

struct ReplayCounts {
  std::uint64_t checked = 0;
  std::uint64_t skipped = 0;  ///< Marked "?", or not known to the simulator.
  std::uint64_t disagreements = 0;
};

/// What of PSTATE on arrival is compared. PSTATE.DIT at exception entry is left out, as engines
/// differ; flags are not in the traces; they were made at levels before FEAT_NMI, whatever the CPU
/// named.
inline constexpr std::uint64_t kComparedPstate =
    ~(sim::Pstate::kDit | sim::Pstate::kNzcv | sim::Pstate::kAllint);

/// What of a saved PSTATE is compared: the engines behind the traces disagree about PSTATE.SSBS
/// before Armv8.5.
std::uint64_t ComparedStates(const sim::Model& model);

/// PSTATE at a level as traces name it: "el2h", "el1t", "el0", "usr" ...
sim::Pstate PstateOf(std::string_view level, std::uint64_t daif);

/// Replays traces on one Pe and compares each outcome. State persists from line to line.
class Replayer {
 public:
  /// Where the instruction under test stands.
  static constexpr std::uint64_t kPc = 0x4010'0000;
  /// Where returns land, and the HVC that stands there, which shows that they did.
  static constexpr std::uint64_t kLanding = 0x4010'0800;
  static constexpr std::uint16_t kLandingHvc = 0x7f02;

  explicit Replayer(const sim::Profile& profile) : Replayer(sim::Model::For(profile)) {}
  explicit Replayer(std::shared_ptr<const sim::Model> model);

  /// message() of a skipped line that is marked "?" in the trace.
  static constexpr std::string_view kMarked = "marked ?";

  enum class Result : std::uint8_t { kNothing, kChecked, kSkipped, kDisagrees, kMalformed };

  /// One line. For kDisagrees and kMalformed, message() explains; for kSkipped it has the reason.
  Result Line(std::string_view text);
  const std::string& message() const { return message_; }
  const ReplayCounts& counts() const { return counts_; }
  sim::Pe& pe() { return pe_; }

  /// What happened: an exception, or completion.
  struct Outcome {
    bool exception = false;
    unsigned el = 0;
    sim::VectorKind kind = sim::VectorKind::kSync;
    std::uint64_t vector = 0;
    bool wrote_far = false, wrote_hpfar = false, wrote_esr = false;
  };

  /// Executes `instruction` in the state that `line` describes. Nothing when it completes; an
  /// exception has yet to be taken.
  std::optional<sim::Exception> Attempt(const TraceLine& line, const sim::Instruction& instruction);
  Outcome Take(const sim::Exception& exception);

  /// What `line` executes. Throws Violation when there is no such register or mnemonic.
  static sim::Instruction InstructionOf(const TraceLine& line);

 private:
  std::optional<sim::Exception> RunToException(const sim::Instruction& instruction);
  void PrepareState(const TraceLine& line);
  Result Compare(const TraceLine& line, const Outcome& outcome);
  /// Empty when all fields that the line states agree.
  std::string Differences(const TraceLine& line, const Outcome& outcome) const;
  std::string Describe(const Outcome& outcome) const;

  sim::Pe pe_;
  std::string message_;
  ReplayCounts counts_;
};

}  // namespace trivet::lab
