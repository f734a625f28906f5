#pragma once

#include <cstdint>
#include <string_view>

/// The image's entry, tried in states that loaders leave EL2 in: the machine that a test has comes
/// up in one of them.
namespace trivet::platforms {

/// How many such states this CPU can be in; those with HCR_EL2.E2H set need FEAT_VHE.
unsigned EntryStateCount();

/// What is special about one, for a person.
std::string_view EntryStateName(unsigned index);

/// Puts this CPU into that state and jumps to the image's first instruction with `loader_argument`
/// in x0. On the boot CPU, the others not started.
[[noreturn]] void EnterAgain(unsigned index, std::uint64_t loader_argument);

}  // namespace trivet::platforms
