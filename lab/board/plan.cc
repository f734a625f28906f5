// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/plan.h"

#include <string_view>

namespace trivet::lab::board {
namespace {

using hal::OnWrite;
using hal::RegisterId;
using hal::RegisterInfo;

enum class Kind : std::uint8_t { kUntouched, kUnread, kMoving };

struct Line {
  Kind kind;
  std::string_view name;
  std::uint64_t bits;
  const char* reason;
};

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr Line kLines[] = {
#define UNTOUCHED(name, bits, reason) {Kind::kUntouched, name, bits, reason},
#define UNREAD(name, reason) {Kind::kUnread, name, kAll, reason},
#define MOVING(name, reason) {Kind::kMoving, name, kAll, reason},
#include "lab/board/cautions.def"
#undef UNTOUCHED
#undef UNREAD
#undef MOVING
};

bool HasField(const RegisterInfo& info, OnWrite what) {
  for (const hal::FieldInfo& field : info.fields) {
    if (field.traits.on_write == what) return true;
  }
  return false;
}

}  // namespace

Caution CautionOf(const RegisterInfo& info) {
  Caution caution;
  for (const Line& line : kLines) {
    if (line.name != info.name) continue;
    if (*caution.reason == '\0') caution.reason = line.reason;
    if (line.kind == Kind::kUntouched) caution.untouched |= line.bits;
    if (line.kind == Kind::kUnread) caution.unread = true;
    if (line.kind == Kind::kMoving) caution.moving = true;
  }
  return caution;
}

bool IsProbed(const RegisterInfo& info) {
  const RegisterInfo& storage = hal::InfoOf(info.storage);
  const bool same_place = info.encoding == storage.encoding && info.layout == storage.layout;
  return !info.is_alias() || !same_place;
}

bool Clears(const RegisterInfo& info) { return HasField(info, OnWrite::kClears); }

RegisterId CounterpartOf(const RegisterInfo& info) {
  const bool clears = Clears(info);
  if (!clears && !HasField(info, OnWrite::kSets)) return RegisterId::kCount;
  for (const RegisterInfo& other : hal::AllRegisters()) {
    const OnWrite wanted = clears ? OnWrite::kSets : OnWrite::kClears;
    if (other.storage == info.storage && HasField(other, wanted)) return other.id;
  }
  return RegisterId::kCount;
}

}  // namespace trivet::lab::board
