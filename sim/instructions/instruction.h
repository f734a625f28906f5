// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/access.h"

/// The instructions a simulated guest may execute: a closed set, as data. No decoder.
namespace trivet::sim {

enum class Op : std::uint8_t {
  kNop,
  kHvc,
  kSmc,
  kSvc,
  kBrk,
  kUdf,
  kWfi,
  kWfe,
  kEret,
  kIsb,
  kDmb,
  kMrs,
  kMsr,  ///< rt, reg
  kLoad,
  kStore,  ///< rt, rn; Memory describes the access
  kMovImm,
  kAddImm,          ///< rt, rn, imm
  kBranch,          ///< to imm, relative to this instruction
  kRet,             ///< to rn
  kFp,              ///< any Advanced SIMD or floating-point instruction
  kFmovToVector,    ///< rt, rn, imm: V[rt].D[imm] = X[rn]; D[0] clears the upper half
  kFmovFromVector,  ///< rt, rn, imm: X[rt] = V[rn].D[imm]
  kExtension,       ///< reg: "SVE", "SME" or "MOPS" of operations.def; any instruction of it
  kMrc,  ///< AArch32: rt; imm: which System register, as sim/instructions/coprocessor.h packs it
  kMcr,
};

/// Shape of a load or store, as the ISS of a data abort reports it. [arm-arm] ISS of EC 0x24.
struct MemoryShape {
  std::uint8_t size_log2 = 3;    ///< 0 byte .. 3 doubleword: ISS.SAS
  bool sign_extend = false;      ///< ISS.SSE
  bool sixty_four = true;        ///< ISS.SF: the register is 64 bits wide
  bool acquire_release = false;  ///< ISS.AR
  bool syndrome_valid = true;    ///< False for pairs, exclusives, writeback.
};

struct Instruction {
  Op op = Op::kNop;
  std::uint8_t rt = 31;
  std::uint8_t rn = 31;
  AccessId reg = {};
  std::uint64_t imm = 0;
  MemoryShape memory = {};
};

using GuestProgram = std::vector<Instruction>;

/// Spelled so that a program reads as assembly: {Hvc(1), MovImm(0, 5), BranchSelf()}.
constexpr Instruction Nop() { return {}; }
constexpr Instruction Hvc(std::uint16_t imm) { return {.op = Op::kHvc, .imm = imm}; }
constexpr Instruction Smc(std::uint16_t imm) { return {.op = Op::kSmc, .imm = imm}; }
constexpr Instruction Svc(std::uint16_t imm) { return {.op = Op::kSvc, .imm = imm}; }
constexpr Instruction Brk(std::uint16_t imm) { return {.op = Op::kBrk, .imm = imm}; }
constexpr Instruction Udf() { return {.op = Op::kUdf}; }
constexpr Instruction Wfi() { return {.op = Op::kWfi}; }
constexpr Instruction Wfe() { return {.op = Op::kWfe}; }
constexpr Instruction Eret() { return {.op = Op::kEret}; }
constexpr Instruction IsbInstruction() { return {.op = Op::kIsb}; }
constexpr Instruction Dmb() { return {.op = Op::kDmb}; }
constexpr Instruction FpAdd() { return {.op = Op::kFp}; }
/// FMOV Dd, Xn with half 0, FMOV Vd.D[1], Xn with half 1.
constexpr Instruction FmovToVector(std::uint8_t vd, std::uint8_t xn, unsigned half = 0) {
  return {.op = Op::kFmovToVector, .rt = vd, .rn = xn, .imm = half};
}
/// FMOV Xd, Dn and FMOV Xd, Vn.D[1].
constexpr Instruction FmovFromVector(std::uint8_t xd, std::uint8_t vn, unsigned half = 0) {
  return {.op = Op::kFmovFromVector, .rt = xd, .rn = vn, .imm = half};
}
/// `extension`: FindAccess("SVE"), "SME" or "MOPS".
constexpr Instruction OfExtension(AccessId extension) {
  return {.op = Op::kExtension, .reg = extension};
}
constexpr Instruction Mrs(std::uint8_t rt, AccessId reg) {
  return {.op = Op::kMrs, .rt = rt, .reg = reg};
}
constexpr Instruction Msr(AccessId reg, std::uint8_t rt) {
  return {.op = Op::kMsr, .rt = rt, .reg = reg};
}
/// LDR Xt, [Xn] and STR Xt, [Xn], or narrower by `shape`.
constexpr Instruction Ldr(std::uint8_t rt, std::uint8_t rn, MemoryShape shape = {}) {
  return {.op = Op::kLoad, .rt = rt, .rn = rn, .memory = shape};
}
constexpr Instruction Str(std::uint8_t rt, std::uint8_t rn, MemoryShape shape = {}) {
  return {.op = Op::kStore, .rt = rt, .rn = rn, .memory = shape};
}
constexpr Instruction MovImm(std::uint8_t rt, std::uint64_t imm) {
  return {.op = Op::kMovImm, .rt = rt, .imm = imm};
}
constexpr Instruction AddImm(std::uint8_t rt, std::uint8_t rn, std::uint64_t imm) {
  return {.op = Op::kAddImm, .rt = rt, .rn = rn, .imm = imm};
}
/// B to `words` instructions from here; negative goes back.
constexpr Instruction Branch(std::int32_t words) {
  return {.op = Op::kBranch, .imm = static_cast<std::uint64_t>(std::int64_t{words} * 4)};
}
constexpr Instruction BranchSelf() { return Branch(0); }

}  // namespace trivet::sim
