// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/compiler.h"

#include <cstring>
#include <format>
#include <map>
#include <memory>
#include <tuple>

#include "lab/board/trace/encoder.h"
#include "lab/board/trace/survival.h"
#include "lab/traces/input.h"
#include "sim/pe/violation.h"

namespace trivet::lab::board::trace {
namespace {

using hal::RegisterId;
using sim::Pstate;

/// What a trace may read, or depend on, without having written it.
constexpr std::string_view kPrelude[] = {
    "HCR_EL2",      "SCTLR_EL2",     "CPTR_EL2",    "VBAR_EL2",       "VBAR_EL1",    "SCTLR_EL1",
    "MDCR_EL2",     "CPACR_EL1",     "CNTHCTL_EL2", "CNTKCTL_EL1",    "HSTR_EL2",    "VTTBR_EL2",
    "VTCR_EL2",     "TCR_EL2",       "TTBR0_EL2",   "MAIR_EL2",       "AMAIR_EL2",   "TCR_EL1",
    "TTBR0_EL1",    "TTBR1_EL1",     "MAIR_EL1",    "AMAIR_EL1",      "AFSR0_EL1",   "AFSR1_EL1",
    "AFSR0_EL2",    "AFSR1_EL2",     "ESR_EL1",     "ELR_EL1",        "SPSR_EL1",    "FAR_EL1",
    "SP_EL0",       "SP_EL1",        "TPIDR_EL0",   "TPIDRRO_EL0",    "TPIDR_EL1",   "TPIDR_EL2",
    "MDSCR_EL1",    "PAR_EL1",       "CSSELR_EL1",  "CONTEXTIDR_EL1", "CNTVOFF_EL2", "CNTP_CTL_EL0",
    "CNTV_CTL_EL0", "CNTHP_CTL_EL2", "FPCR",        "FPSR",           "ELR_EL2",     "SPSR_EL2",
    "ESR_EL2",      "FAR_EL2",       "HPFAR_EL2",   "PMUSERENR_EL0",
};

/// Registers with an address in them, by how their names begin.
constexpr std::string_view kOfAddresses[] = {"VBAR_", "ELR_", "FAR_", "TTBR", "VTTBR_", "PAR_"};

bool HasAddress(const TraceLine& line) {
  for (const std::string_view start : kOfAddresses) {
    if (line.name.starts_with(start)) return true;
  }
  return false;
}

/// [arm-arm] HVC and SVC: executed when the instruction before completed. monitor.S knows them;
/// at EL2 the image writes a branch instead.
constexpr std::uint32_t kHvcDone = 0xd40f'e022, kSvcDone = 0xd40f'e021, kBranchDone = 0;

std::uint32_t BackOf(std::string_view level) {
  if (level == "el0") return kSvcDone;
  return level.starts_with("el1") ? kHvcDone : kBranchDone;
}

class Compiler {
 public:
  Compiler(std::shared_ptr<const sim::Model> model, bool on_qemu)
      : replayer_(std::move(model)), on_qemu_(on_qemu) {
    sim::Pe& pe = replayer_.pe();
    pe.Poke(RegisterId::kVbarEl2, kEl2Arena);
    pe.Poke(RegisterId::kVbarEl1, kEl1Arena);
  }

  void AddPrelude() {
    const sim::Pe& pe = replayer_.pe();
    for (const std::string_view name : kPrelude) {
      const sim::AccessId id = sim::FindAccess(name);
      const TraceLine line = {.kind = LineKind::kWrite, .level = "el2h", .name = name};
      Operation operation = OperationOf(line, sim::Msr(id, 0));
      operation.x[0] = pe.Peek(id.reg());
      Add(operation);
    }
  }

  void AddLine(unsigned number, std::string_view text, const TraceLine& line) {
    CompiledLine compiled = {.number = number, .text = text, .line = line};
    const sim::PeState before = replayer_.pe().Snapshot();
    try {
      if (line.kind == LineKind::kMemory) {
        AddStore(compiled);
      } else {
        AddInstruction(compiled, before);
      }
    } catch (const sim::Violation&) {
      compiled.skip_reason = std::format("the simulator refuses {}", line.name);
    }
    if (!compiled.skip_reason.empty()) replayer_.pe().Restore(before);
    compiled_.lines.push_back(std::move(compiled));
  }

  Compiled Take() { return std::move(compiled_); }

 private:
  static Operation OperationOf(const TraceLine& line, const sim::Instruction& instruction) {
    const std::uint64_t daif = line.daif.value_or(Pstate::kDaif);
    const bool jumps = line.level.starts_with("el2") && daif == Pstate::kDaif;
    return {.x = {line.kind == LineKind::kWrite ? line.value : 0, line.x1.value_or(0)},
            .word = WordOf(line, instruction),
            .back = BackOf(line.level),
            .spsr = static_cast<std::uint32_t>(PstateOf(line.level, daif & Pstate::kDaif).spsr()),
            .kind = (jumps ? kJump : kReturn) | (line.irq ? kIrq : 0u) | (line.fiq ? kFiq : 0u) |
                    (line.expected.x0 ? kReads : 0u) | (HasAddress(line) ? kMovesX0 : 0u) |
                    (line.x1 ? kMovesX1 : 0u)};
  }

  void AddStore(CompiledLine& compiled) {
    const TraceLine& line = compiled.line;
    if (line.address % 8 != 0 || line.address < kMemoryStart || line.address >= kMemoryEnd) {
      compiled.skip_reason = "the memory is not the trace's";
      return;
    }
    replayer_.pe().memory().Write(line.address, line.value, 8);
    compiled.place = Add({.x = {line.value, line.address}, .kind = kStore | kMovesX0 | kMovesX1});
  }

  void AddInstruction(CompiledLine& compiled, const sim::PeState& before) {
    sim::Pe& pe = replayer_.pe();
    const sim::Instruction instruction = Replayer::InstructionOf(compiled.line);
    const std::uint64_t hcr = pe.Peek(RegisterId::kHcrEl2);
    const auto exception = replayer_.Attempt(compiled.line, instruction);
    compiled.prediction =
        PredictionOf(replayer_, exception ? replayer_.Take(*exception) : Replayer::Outcome());
    const Step step = {compiled.line, instruction, hcr, compiled.prediction, on_qemu_};
    const char* danger = FindDanger(step, pe);
    if (danger == nullptr) {
      const sim::PeState after = pe.Snapshot();
      pe.Restore(before);
      danger = FindCaution(step, pe);
      pe.Restore(after);
    }
    if (danger != nullptr) {
      compiled.skip_reason = danger;
    } else {
      compiled.place = Add(OperationOf(compiled.line, instruction));
    }
  }

  std::size_t Add(const Operation& operation) {
    const auto key = std::tuple(operation.x[0], operation.x[1], operation.word, operation.back,
                                operation.spsr, operation.kind);
    const auto [known, added] = places_.try_emplace(key, compiled_.operations.size());
    if (added) compiled_.operations.push_back(operation);
    if (compiled_.operations.size() > kMostOperations) {
      throw std::length_error("too many different operations");
    }
    compiled_.order.push_back(static_cast<std::uint16_t>(known->second));
    return compiled_.order.size() - 1;
  }

  Replayer replayer_;
  const bool on_qemu_;
  Compiled compiled_;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t,
                      std::uint32_t>,
           std::size_t>
      places_;
};

}  // namespace

Compiled Compile(std::string_view name, std::string_view text,
                 std::shared_ptr<const sim::Model> model, bool on_qemu) {
  Compiler compiler(std::move(model), on_qemu);
  compiler.AddPrelude();
  std::string_view line_text;
  for (Lines lines(text); lines.Next(line_text);) {
    TraceLine line;
    std::string error;
    if (!ParseTraceLine(line_text, line, error)) {
      throw sim::Violation(std::format("{}:{}: malformed: {}", name, lines.number(), error));
    }
    if (line.kind == LineKind::kNothing) continue;
    try {
      compiler.AddLine(lines.number(), line_text, line);
    } catch (const std::length_error& what) {
      throw sim::Violation(std::format("{}:{}: {}", name, lines.number(), what.what()));
    }
  }
  Compiled compiled = compiler.Take();
  if (compiled.lines.empty()) throw sim::Violation(std::format("{}: has no operation", name));
  return compiled;
}

std::string PayloadOf(const Compiled& compiled) {
  const auto append = [](std::string& bytes, const void* from, std::size_t size) {
    bytes.append(static_cast<const char*>(from), size);
  };
  std::string body;
  append(body, compiled.operations.data(), compiled.operations.size() * sizeof(Operation));
  append(body, compiled.order.data(), compiled.order.size() * sizeof compiled.order[0]);
  const Header header = {
      .magic = kMagic,
      .operations = static_cast<std::uint32_t>(compiled.operations.size()),
      .order = static_cast<std::uint32_t>(compiled.order.size()),
      .checksum = ChecksumOf(reinterpret_cast<const unsigned char*>(body.data()), body.size())};
  std::string bytes;
  append(bytes, &header, sizeof header);
  return bytes + body;
}

}  // namespace trivet::lab::board::trace
