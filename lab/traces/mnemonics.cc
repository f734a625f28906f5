// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/traces/mnemonics.h"

#include <format>
#include <unordered_map>

#include "hal/registers.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

using hal::RegisterId;

constexpr std::uint8_t kNoRegister = 31;
constexpr std::uint8_t kX1 = 1;

/// SYS and MSR (immediate), from operations.def.
struct SystemName {
  std::string_view mnemonic, operation;
  std::uint8_t rt;
};

constexpr SystemName kSystem[] = {
    {"at_s12e1r", "AT_S12E1R", kX1},
    {"cfp_rctx", "CFP_RCTX", kX1},
    {"cpp_rctx", "CPP_RCTX", kX1},
    {"dvp_rctx", "DVP_RCTX", kX1},
    {"at_s1e0r", "AT_S1E0R", kX1},
    {"at_s1e1r", "AT_S1E1R", kX1},
    {"at_s1e1rp", "AT_S1E1RP", kX1},
    {"at_s1e1w", "AT_S1E1W", kX1},
    {"at_s1e2r", "AT_S1E2R", kX1},
    {"dc_cisw", "DC_CISW", kX1},
    {"dc_civac", "DC_CIVAC", kX1},
    {"dc_csw", "DC_CSW", kX1},
    {"dc_cvac", "DC_CVAC", kX1},
    {"dc_cvau", "DC_CVAU", kX1},
    {"dc_isw", "DC_ISW", kX1},
    {"dc_ivac", "DC_IVAC", kX1},
    {"dc_zva", "DC_ZVA", kX1},
    {"ic_iallu", "IC_IALLU", kNoRegister},
    {"ic_ialluis", "IC_IALLUIS", kNoRegister},
    {"ic_ivau", "IC_IVAU", kX1},
    {"tlbi_alle1", "TLBI_ALLE1", kNoRegister},
    {"tlbi_alle2", "TLBI_ALLE2", kNoRegister},
    {"tlbi_alle3", "TLBI_ALLE3", kNoRegister},
    {"tlbi_aside1", "TLBI_ASIDE1", kX1},
    {"tlbi_ipas2e1", "TLBI_IPAS2E1", kX1},
    {"tlbi_vae1", "TLBI_VAE1", kX1},
    {"tlbi_vmalle1", "TLBI_VMALLE1", kNoRegister},
    {"tlbi_vmalle1os", "TLBI_VMALLE1OS", kNoRegister},
    {"tlbi_vmalle1is", "TLBI_VMALLE1IS", kNoRegister},
    {"tlbi_vmalls12e1", "TLBI_VMALLS12E1", kNoRegister},
};

using Map = std::unordered_map<std::string_view, sim::Instruction>;

void AddPlain(Map& map) {
  map.insert({{"nop", sim::Nop()},
              {"hvc", sim::Hvc(0)},
              {"smc", sim::Smc(0)},
              {"svc", sim::Svc(0)},
              {"brk", sim::Brk(0)},
              {"udf", sim::Udf()},
              {"wfi", sim::Wfi()},
              {"wfe", sim::Wfe()},
              {"eret", sim::Eret()},
              {"isb", sim::IsbInstruction()},
              {"dmb", sim::Dmb()},
              {"fadd", sim::FpAdd()},
              {"fmov", sim::FpAdd()},
              {"rdvl", sim::OfExtension(sim::FindAccess("SVE"))},
              {"rdsvl", sim::OfExtension(sim::FindAccess("SME"))},
              {"cpyfp", sim::OfExtension(sim::FindAccess("MOPS"))}});
  map["ret x1"] = {.op = sim::Op::kRet, .rn = kX1};
}

void AddMemory(Map& map) {
  const sim::MemoryShape whole = {};
  sim::MemoryShape word = {.size_log2 = 2, .sixty_four = false};
  sim::MemoryShape release = {.size_log2 = 2, .sixty_four = false, .acquire_release = true};
  map["ldr x0,[x1]"] = sim::Ldr(0, 1, whole);
  map["ldr x5,[x1]"] = sim::Ldr(5, 1, whole);
  map["str x0,[x1]"] = sim::Str(0, 1, whole);
  map["str w0,[x1]"] = sim::Str(0, 1, word);
  map["stlr w0,[x1]"] = sim::Str(0, 1, release);
  map["ldrb w0,[x1]"] = sim::Ldr(0, 1, {.size_log2 = 0, .sixty_four = false});
  map["ldrsh x0,[x1]"] = sim::Ldr(0, 1, {.size_log2 = 1, .sign_extend = true});
  map["ldp x0,x2,[x1]"] = sim::Ldr(0, 1, {.syndrome_valid = false});
  map["ldxr x0,[x1]"] = sim::Ldr(0, 1, {.syndrome_valid = false});
}

void AddSystem(Map& map) {
  for (const SystemName& name : kSystem) {
    map[name.mnemonic] = sim::Msr(sim::FindAccess(name.operation), name.rt);
  }
  // Immediates as the closed set encodes them.
  map["msr_daifset"] = {.op = sim::Op::kMsr, .reg = sim::FindAccess("MSR_DAIFSET"), .imm = 2};
  map["msr_pan"] = {.op = sim::Op::kMsr, .reg = sim::FindAccess("MSR_PAN"), .imm = 1};
  map["msr_spsel"] = {.op = sim::Op::kMsr, .reg = sim::FindAccess("MSR_SPSEL"), .imm = 1};
  map["mrs_currentel"] = sim::Mrs(0, RegisterId::kCurrentEl);
  map["mrs_daif"] = sim::Mrs(0, RegisterId::kDaif);
  map["mrs_nzcv"] = sim::Mrs(0, RegisterId::kNzcv);
  map["mrs_spsel"] = sim::Mrs(0, RegisterId::kSpSel);
  map["imp_s3_0_c11_c0_0"] = sim::Mrs(0, sim::FindAccess("IMPDEF_S3_0_C11_C0_0"));
  map["imp_s3_0_c15_c2_1"] = sim::Mrs(0, sim::FindAccess("IMPDEF_S3_0_C15_C2_1"));
  map["imp_s3_3_c15_c0_0"] = sim::Mrs(0, sim::FindAccess("IMPDEF_S3_3_C15_C0_0"));
}

}  // namespace

sim::Instruction FindMnemonic(std::string_view name) {
  static const Map map = [] {
    Map instructions;
    AddPlain(instructions);
    AddMemory(instructions);
    AddSystem(instructions);
    return instructions;
  }();
  const auto found = map.find(name);
  if (found == map.end())
    throw sim::Violation(std::format("no instruction is called \"{}\"", name));
  return found->second;
}

}  // namespace trivet::lab
