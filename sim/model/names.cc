// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>
#include <string_view>
#include <unordered_map>

#include "hal/register_info.h"
#include "sim/model/model.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::FieldInfo;
using hal::RegisterId;
using hal::RegisterInfo;

const std::unordered_map<std::string_view, RegisterId>& ByName() {
  static const auto map = [] {
    std::unordered_map<std::string_view, RegisterId> names;
    // Of two layouts of one register the first described, E2H clear, keeps the name.
    for (const RegisterInfo& info : hal::AllRegisters()) names.emplace(info.name, info.id);
    return names;
  }();
  return map;
}

}  // namespace

RegisterId FindRegister(std::string_view name) {
  const auto found = ByName().find(name);
  return found == ByName().end() ? RegisterId::kCount : found->second;
}

const FieldInfo* FindField(const RegisterInfo& info, std::string_view name) {
  for (const FieldInfo& field : info.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const FieldInfo& FieldNamed(const RegisterInfo& info, std::string_view name) {
  if (const FieldInfo* field = FindField(info, name); field != nullptr) return *field;
  throw Violation(std::format("{} has no field {}", info.name, name));
}

RegisterId E2hLayoutOf(RegisterId id) {
  const RegisterInfo& stored = hal::InfoOf(id);
  for (const RegisterInfo& info : hal::AllRegisters()) {
    // An alias of the layout has another encoding.
    if (info.layout == hal::Layout::kE2hSet && info.storage == stored.storage &&
        info.encoding == stored.encoding) {
      return info.id;
    }
  }
  return id;
}

unsigned LeastEl(const RegisterInfo& info) {
  static constexpr unsigned kLeast[8] = {1, 1, 1, 0, 2, 2, 3, 1};
  return kLeast[info.encoding.op1];
}

}  // namespace trivet::sim
