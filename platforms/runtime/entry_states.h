// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

/// States in which loaders leave EL2, of which a test machine has only one. The image enters itself
/// in each.
namespace trivet::platforms {

/// The number of such states of this CPU; those with HCR_EL2.E2H set need FEAT_VHE.
unsigned EntryStateCount();

/// A description of the state.
std::string_view EntryStateName(unsigned index);

/// Puts this CPU into that state and jumps to the image's first instruction with `loader_argument`
/// in x0. On the boot CPU, the others not started.
[[noreturn]] void EnterAgain(unsigned index, std::uint64_t loader_argument);

}  // namespace trivet::platforms
