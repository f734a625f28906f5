// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "hal/field_tags.h"
#include "hal/register_info.h"
#include "hal/registers.h"

namespace trivet::hal {
namespace {

using Key = std::tuple<int, int, int, int, int>;

Key KeyOf(const Encoding& e) { return {e.op0, e.op1, e.crn, e.crm, e.op2}; }

std::string NameOf(RegisterId id) { return InfoOf(id).name; }

TEST(Descriptions, IsIndexedByRegisterId) {
  ASSERT_EQ(AllRegisters().size(), kRegisterCount);
  for (unsigned i = 0; i < kRegisterCount; ++i) {
    EXPECT_EQ(static_cast<unsigned>(AllRegisters()[i].id), i) << AllRegisters()[i].name;
  }
}

TEST(Descriptions, EveryBitOfEveryRegisterIsDescribedOnce) {
  for (const RegisterInfo& info : AllRegisters()) {
    std::uint64_t seen = 0;
    unsigned next = 63;
    for (const FieldInfo& field : info.fields) {
      EXPECT_EQ(field.hi, next) << info.name << '.' << field.name;
      EXPECT_EQ(seen & field.mask(), 0u) << info.name << '.' << field.name;
      seen |= field.mask();
      next = field.lo - 1u;
    }
    EXPECT_EQ(seen, ~std::uint64_t{0}) << info.name;
  }
}

TEST(Descriptions, AnEncodingBelongsToOneNameAndANameToOneEncoding) {
  std::map<Key, std::string> names;
  std::map<std::string, Key> encodings;
  for (const RegisterInfo& info : AllRegisters()) {
    const auto [by_key, new_key] = names.try_emplace(KeyOf(info.encoding), info.name);
    EXPECT_TRUE(new_key || by_key->second == info.name) << info.name << ", " << by_key->second;
    const auto [by_name, new_name] = encodings.try_emplace(info.name, KeyOf(info.encoding));
    EXPECT_TRUE(new_name || by_name->second == KeyOf(info.encoding)) << info.name;
  }
}

TEST(Descriptions, OneNameHasTwoDescriptionsOnlyForLayoutsAndViewsOfOneStorage) {
  std::map<std::string, RegisterId> storage;
  for (const RegisterInfo& info : AllRegisters()) {
    const auto [at, is_new] = storage.try_emplace(info.name, info.storage);
    EXPECT_TRUE(is_new || at->second == info.storage) << info.name;
    EXPECT_TRUE(is_new || info.is_alias()) << info.name;
  }
}

TEST(Descriptions, AliasesPointAtRealStorage) {
  for (const RegisterInfo& info : AllRegisters()) {
    const RegisterInfo& storage = InfoOf(info.storage);
    EXPECT_FALSE(storage.is_alias()) << info.name << " -> " << storage.name;
    if (info.encoding.op1 != 5) continue;
    // SCTLR_EL12 is SCTLR_EL1 under another op1; CNTP_CTL_EL02 is CNTP_CTL_EL0.
    const std::string name = info.name;
    EXPECT_EQ(name.substr(0, name.size() - 1), storage.name);
    EXPECT_EQ(info.encoding.crn, storage.encoding.crn) << name;
    EXPECT_EQ(info.encoding.crm, storage.encoding.crm) << name;
    EXPECT_EQ(info.encoding.op2, storage.encoding.op2) << name;
    EXPECT_EQ(info.needs, Feature::kVhe) << name;
    EXPECT_EQ(info.fields.data(), storage.fields.data()) << name;
  }
}

TEST(Descriptions, E2hRedirectsEveryNameThatHasAnAlias) {
  std::set<RegisterId> with_alias;
  for (const RegisterInfo& info : AllRegisters()) {
    if (info.encoding.op1 == 5) with_alias.insert(info.storage);
  }
  EXPECT_FALSE(with_alias.empty());
  for (const RegisterInfo& info : AllRegisters()) {
    const RegisterInfo& reached = InfoOf(RedirectedByE2h(info.id));
    if (with_alias.contains(info.id)) {
      EXPECT_EQ(reached.encoding.op1, 4) << info.name << " -> " << reached.name;
      EXPECT_NE(reached.layout, Layout::kE2hClear) << info.name << " -> " << reached.name;
    } else {
      EXPECT_EQ(reached.id, info.id) << info.name;
    }
  }
  EXPECT_EQ(RedirectedByE2h(RegisterId::kVbarEl1), RegisterId::kVbarEl2);
  EXPECT_EQ(RedirectedByE2h(RegisterId::kCpacrEl1), RegisterId::kCptrEl2E2h);
  EXPECT_EQ(RedirectedByE2h(RegisterId::kCntvCtlEl0), RegisterId::kCnthvCtlEl2);
  EXPECT_EQ(NameOf(RedirectedByE2h(RegisterId::kCntkctlEl1)), "CNTHCTL_EL2");
}

TEST(Descriptions, E2hLayoutsComeInPairs) {
  for (const RegisterInfo& info : AllRegisters()) {
    if (info.layout != Layout::kE2hSet) continue;
    EXPECT_EQ(InfoOf(info.storage).layout, Layout::kE2hClear) << info.name;
    EXPECT_EQ(InfoOf(info.storage).encoding, info.encoding) << info.name;
  }
}

TEST(Descriptions, ResetValuesFitTheirFields) {
  for (const RegisterInfo& info : AllRegisters()) {
    for (const FieldInfo& field : info.fields) {
      const unsigned width = field.hi - field.lo + 1u;
      if (width < 64) {
        EXPECT_EQ(field.traits.reset >> width, 0u) << info.name << '.' << field.name;
      }
    }
  }
}

/// All bits of a register's fields that carry the TLB mark.
std::uint64_t TlbCachedBits(RegisterId id) {
  std::uint64_t mask = 0;
  for (const FieldInfo& field : InfoOf(id).fields) {
    if (field.traits.tlb_cached) mask |= field.mask();
  }
  return mask;
}

// [arm-arm] HCR_EL2.{VM,PTW,DC,RW,E2H} are permitted to be cached in a TLB; TGE must not be.
TEST(Descriptions, MarksWhatATlbMayHold) {
  const HcrEl2 hcr = HcrEl2::FromRaw(TlbCachedBits(RegisterId::kHcrEl2));
  EXPECT_TRUE(hcr.vm() && hcr.ptw() && hcr.dc() && hcr.rw() && hcr.e2h());
  EXPECT_FALSE(hcr.tge() || hcr.imo() || hcr.twi());
  const std::uint64_t vtcr_reserved = MaskOf(InfoOf(RegisterId::kVtcrEl2).fields, BitKind::kRes0) |
                                      MaskOf(InfoOf(RegisterId::kVtcrEl2).fields, BitKind::kRes1);
  EXPECT_EQ(TlbCachedBits(RegisterId::kVtcrEl2) | vtcr_reserved | VtcrEl2().hdbss(true).raw(),
            ~std::uint64_t{0});
  EXPECT_EQ(TlbCachedBits(RegisterId::kVttbrEl2), ~std::uint64_t{0});
  EXPECT_FALSE(TcrEl1::FromRaw(TlbCachedBits(RegisterId::kTcrEl1)).a1());
}

// [arm-arm] "Synchronization requirements": ELR and SPSR are in program order, controls are not.
TEST(Descriptions, SaysWhatMakesAWriteTakeEffect) {
  for (const RegisterId id : {RegisterId::kElrEl2, RegisterId::kSpsrEl2, RegisterId::kDaif,
                              RegisterId::kSpEl0, RegisterId::kIccPmrEl1}) {
    EXPECT_EQ(InfoOf(id).sync, Sync::kProgramOrder) << NameOf(id);
  }
  for (const RegisterId id : {RegisterId::kVbarEl2, RegisterId::kHcrEl2, RegisterId::kCptrEl2,
                              RegisterId::kVtcrEl2, RegisterId::kSctlrEl2, RegisterId::kCnthctlEl2,
                              RegisterId::kMdcrEl2, RegisterId::kTcrEl2, RegisterId::kIccSreEl2}) {
    EXPECT_EQ(InfoOf(id).sync, Sync::kContext) << NameOf(id);
  }
  EXPECT_EQ(InfoOf(RegisterId::kTpidrEl2).sync, Sync::kNothing);
}

TEST(CoversEveryBitOnce, RejectsGapsAndOverlaps) {
  static constexpr FieldInfo kWhole[] = {{"A", 63, 1, BitKind::kField, {}},
                                         {"B", 0, 0, BitKind::kField, {}}};
  static constexpr FieldInfo kGap[] = {{"A", 63, 2, BitKind::kField, {}},
                                       {"B", 0, 0, BitKind::kField, {}}};
  static constexpr FieldInfo kOverlap[] = {{"A", 63, 1, BitKind::kField, {}},
                                           {"B", 1, 0, BitKind::kField, {}}};
  static_assert(CoversEveryBitOnce(kWhole));
  static_assert(!CoversEveryBitOnce(kGap));
  static_assert(!CoversEveryBitOnce(kOverlap));
}

}  // namespace
}  // namespace trivet::hal
