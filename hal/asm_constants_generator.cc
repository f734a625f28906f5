// SPDX-License-Identifier: Apache-2.0 OR MIT
// Prints hal/asm_constants.h, the register descriptions as preprocessor constants, and two sources
// that check it: C++ that compares every constant with the typed accessors, and assembly that
// accesses every register once by name and once by number.

#include <cctype>
#include <format>
#include <iostream>
#include <string>
#include <string_view>

#include "hal/register_info.h"
#include "hal/registers.h"

namespace trivet::hal {
namespace {

/// "ParEl1Fault" -> "PAR_EL1_FAULT".
std::string SnakeCapitals(std::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isupper(u) != 0 && !snake.empty()) snake += '_';
    snake += static_cast<char>(std::toupper(u));
  }
  return snake;
}

/// The prefix of a description's constants.
std::string PrefixOf(const RegisterInfo& info, std::string_view type) {
  if (info.layout == Layout::kE2hSet) return std::string(info.name) + "_E2H";
  const bool second_view =
      info.is_alias() && std::string_view(info.name) == InfoOf(info.storage).name;
  return second_view ? SnakeCapitals(type) : info.name;
}

std::string NumericName(const Encoding& e) {
  return std::format("S{}_{}_C{}_C{}_{}", e.op0, e.op1, e.crn, e.crm, e.op2);
}

void PrintNumber(const RegisterInfo& info, std::string_view type) {
  std::cout << std::format("#define SYSREG_{} {}\n", PrefixOf(info, type),
                           NumericName(info.encoding));
}

void PrintFields(const RegisterInfo& info, std::string_view type, std::uint64_t inert) {
  PrintNumber(info, type);
  const std::string prefix = PrefixOf(info, type);
  std::cout << std::format("#define {}_INERT {:#x}\n", prefix, inert);
  for (const FieldInfo& field : info.fields) {
    if (field.kind != BitKind::kField) continue;
    std::cout << std::format("#define {0}_{1}_SHIFT {2}\n#define {0}_{1}_MASK {3:#x}\n", prefix,
                             field.name, field.lo, field.mask());
  }
}

void PrintHeader() {
  std::cout << "// Generated from hal/regs/*.def. For assembly; C++ uses hal/registers.h.\n"
               "//   SYSREG_NAME        the register's name for MRS and MSR, by number\n"
               "//   NAME_INERT         the value that enables nothing\n"
               "//   NAME_FIELD_SHIFT   the lowest bit of a field\n"
               "//   NAME_FIELD_MASK    its bits, in place\n"
               "#pragma once\n\n";
#define REGISTER(Type, ...) PrintFields(kInfo<Type>, #Type, Type::Inert().raw());
#define E2H_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define SAME_LAYOUT(Type, ...) REGISTER(Type)
#define INSTANCE(Type, ...) PrintNumber(kInfo<Type>, #Type);
#define E2H_ALIAS(Type, ...) INSTANCE(Type)
#include "hal/regs/all.def"
}

/// A constant is right when its mask fills that one field of the register type and no other.
void PrintFieldCheck(const RegisterInfo& info, std::string_view type, std::string_view field,
                     std::string_view accessor, std::string_view value_type) {
  const std::string name = std::format("{}_{}", PrefixOf(info, type), field);
  std::cout << std::format(
      "static_assert({0}::FromRaw({1}_MASK).{2}() == static_cast<{3}>({1}_MASK >> {1}_SHIFT));\n"
      "static_assert({0}::FromRaw(~std::uint64_t{{{1}_MASK}}).{2}() == static_cast<{3}>(0));\n",
      type, name, accessor, value_type);
}

void PrintCheck() {
  std::cout << "#include \"hal/asm_constants.h\"\n\n#include \"hal/registers.h\"\n\n"
               "namespace trivet::hal {\nnamespace {\n\n";
#define REGISTER(Type, ...)                                                                  \
  {                                                                                          \
    const RegisterInfo& info = kInfo<Type>;                                                  \
    constexpr std::string_view kType = #Type;                                                \
    std::cout << "static_assert(" << kType << "::Inert().raw() == " << PrefixOf(info, kType) \
              << "_INERT);\n";
#define E2H_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define FIELD(hi, lo, NAME, accessor, T, ...) PrintFieldCheck(info, kType, #NAME, #accessor, #T);
#define BIT(n, NAME, accessor, ...) FIELD(n, n, NAME, accessor, bool)
#define END_REGISTER(Type) }
#include "hal/regs/all.def"
  std::cout << "\n}  // namespace\n}  // namespace trivet::hal\n";
}

void PrintEncodings() {
  std::cout << "#include \"hal/asm_constants.h\"\n\n";
  for (const RegisterInfo& info : AllRegisters()) {
    const bool write = info.access == Access::kWriteOnly;
    for (const std::string& name : {std::string(info.name), "SYSREG_" + std::string(info.name)}) {
      std::cout << (write ? std::format("  msr {}, x0\n", name)
                          : std::format("  mrs x0, {}\n", name));
    }
  }
}

}  // namespace
}  // namespace trivet::hal

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "header") {
    trivet::hal::PrintHeader();
  } else if (what == "check") {
    trivet::hal::PrintCheck();
  } else if (what == "encodings") {
    trivet::hal::PrintEncodings();
  } else {
    std::cerr << "usage: asm_constants_generator header | check | encodings\n";
    return 2;
  }
  return 0;
}
