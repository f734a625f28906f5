// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

#include "tools/json/json_value.h"

/// Compares the register descriptions with tables of facts made by others.
namespace trivet::lab::facts {

using json::JsonValue;

/// One place where the description and the facts disagree.
struct Difference {
  std::string register_name;
  std::string field;  ///< The field, or "encoding", "access", "RES1", "reset".
  std::string text;   ///< One line for a person.
};

struct Comparison {
  std::vector<Difference> differences;
  unsigned compared = 0;             ///< Registers that the facts know.
  std::vector<std::string> unknown;  ///< Registers that they do not know.
};

/// `facts`: {"regs": {NAME: {"access", "enc", "fields": {NAME: [hi, lo]}, "res1"}}}. Field names
/// are in capitals, an array of fields shows only its first element, the layouts of a register are
/// merged.
Comparison CompareFields(const JsonValue& facts);

/// `facts`: {"regs": {NAME: [{"fn", "hi", "lo", "val"}]}}: bits that a model sets at reset. A bit
/// set by a function called ...ArchitectureReset must be reserved, absent without a feature, or
/// reset to that value.
Comparison CompareResets(const JsonValue& facts);

}  // namespace trivet::lab::facts
