// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::vgic {

/// What is explored.
struct Setup {
  unsigned list_registers = 2;
  bool split_end = false;  ///< The guest's EOImode.
  bool toggles_groups = false;
  bool lazy = false;   ///< Maintenance interrupts come at any later time, not at once.
  bool posts = false;  ///< Another CPU posts.
};

/// One step of the host, of the guest, or of the hardware.
enum class Step : std::uint8_t {
  kInject,
  kRetract,
  kLoad,  ///< The index: a CPU.
  kUnload,
  kAcknowledge,
  kEnd,
  kDeactivate,
  kToggleGroup,
  kMaintenance,
  kPost,
  kPostRetract,
  kTakePosts,
  kCount,
};

struct Event {
  Step step;
  unsigned index = 0;
};

inline const char* ToString(Step step) {
  constexpr const char* kNames[] = {
      "inject",       "retract",     "load", "unload",       "acknowledge", "end", "deactivate",
      "toggle group", "maintenance", "post", "post retract", "take posts",  "look"};
  return kNames[static_cast<unsigned>(step)];
}

}  // namespace trivet::vgic
