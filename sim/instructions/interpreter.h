// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "sim/instructions/instruction.h"
#include "sim/memory/stage2.h"
#include "sim/pe/exception.h"
#include "sim/pe/pe.h"

namespace trivet::sim {

/// Executes instructions on a Pe at any simulated level: what guests run, and what traces replay.
/// A short-lived view; nullopt always means "completed".
class Interpreter {
 public:
  explicit Interpreter(Pe& pe) : pe_(pe) {}

  /// Fetches the instruction at PC and executes it. Interrupts are the caller's business.
  std::optional<Exception> Step();

  /// Executes `instruction` as if it stood at PC, and moves PC.
  std::optional<Exception> Execute(const Instruction& instruction);

  /// What a fetch from PC runs into before any instruction is seen: alignment, IL, stage 2.
  std::optional<Exception> CheckFetch(std::uint64_t* physical);

  /// The UNDEFINED instruction exception at PC.
  Exception Undefined();

 private:
  using MaybeException = std::optional<Exception>;

  MaybeException Dispatch(const Instruction& instruction);
  MaybeException Call(const Instruction& instruction);
  MaybeException MonitorCall(const Instruction& instruction);
  MaybeException SupervisorCall(const Instruction& instruction);
  MaybeException MoveVector(const Instruction& instruction);
  MaybeException Extension(const Instruction& instruction);
  MaybeException Breakpoint(const Instruction& instruction);
  MaybeException SystemAccess(const Instruction& instruction);
  MaybeException Operation(const Instruction& instruction);
  MaybeException CacheOperation(const Instruction& instruction);
  MaybeException Hint(AccessId id);
  MaybeException Coprocessor(const Instruction& instruction);
  Exception CoprocessorTrap(const Instruction& instruction);
  MaybeException Memory(const Instruction& instruction);
  MaybeException Return();

  MaybeException TranslationQuery(const Instruction& instruction);

  bool IsIdTrap(AccessId id, bool read);
  Exception Sys64(AccessId id, unsigned rt, bool read);
  bool IsUndefined(const Instruction& instruction, bool read);
  /// The first trap rule that applies to the access, as an exception.
  MaybeException CheckRules(AccessId id, unsigned rt, bool read);
  Exception Trap(const Rule& rule, AccessId id, unsigned rt, bool read);

  std::expected<std::uint64_t, Stage2Fault> Translate(std::uint64_t va, AccessKind access);
  bool IsNormalMemory();
  Exception Alignment(std::uint64_t va, bool write);
  Exception Stage2Abort(const Stage2Fault& fault, std::uint64_t va, ExceptionClass ec,
                        std::uint32_t iss);

  /// A synchronous exception to the level that handles this one's: EL1, or EL2 for EL2 itself and
  /// for EL0 with HCR_EL2.TGE.
  Exception ToHandler(ExceptionClass ec, std::uint32_t iss, std::uint64_t return_address);
  Exception ToEl2(ExceptionClass ec, std::uint32_t iss, std::uint64_t return_address);

  unsigned el() const { return pe_.pstate().el(); }
  hal::HcrEl2 Hcr(hal::HcrEl2 deciding);

  Pe& pe_;
};

}  // namespace trivet::sim
