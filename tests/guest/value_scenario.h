// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hal/capability.h"
#include "percpu/host_kind.h"
#include "sim/pe/pe.h"
#include "sim/profiles/profile.h"

namespace trivet::tests {

/// Two guests under a host, on a simulated CPU where each of the three has a value of its own in
/// every register.
struct ValueSetting {
  const sim::Profile* profile;
  percpu::HostKind kind;
  hal::Capabilities open;
  bool e2h() const { return kind == percpu::HostKind::kVhe; }
};

std::string Name(const ValueSetting& setting);

/// Each kind of host on each kind of CPU, with no capability and with all that the CPU has.
std::vector<ValueSetting> ValueSettings();

/// What happens after both guests have run twice.
enum class Ending : std::uint8_t { kDisable, kSuspend, kPanic, kLeaveOnCpu };

/// Sees what software does from enable to the ending, and the name of the call: see
/// sim::Pe::SetAccessFilter().
using ValueFilter = std::function<bool(sim::Pe&, sim::SoftwareAccess&, const char* call)>;

}  // namespace trivet::tests
