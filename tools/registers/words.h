// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hal/register_info.h"

/// Words for what a register description says, shared by the JSON and the Markdown report.
namespace trivet::registers {

const char* ToString(hal::Access access);
const char* ToString(hal::Sync sync);
const char* ToString(hal::OnWrite on_write);

/// "S3_4_C1_C1_0": a name every assembler takes.
std::string NumericName(const hal::Encoding& encoding);

/// "0", "1 if EL2 is the highest exception level, else UNKNOWN", "UNKNOWN" ...
std::string ResetOf(const hal::FieldInfo& field);

/// When a description of a register is the one that holds.
std::string WhenOf(const hal::RegisterInfo& info);

/// One register name: its descriptions (one, or one a layout), the first one being the main one.
using Register = std::vector<const hal::RegisterInfo*>;

/// All registers, in the order of hal/regs/all.def.
std::vector<Register> GroupByName();

}  // namespace trivet::registers
