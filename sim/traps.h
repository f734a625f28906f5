#pragma once

#include <cstdint>
#include <vector>

#include "hal/register_id.h"
#include "sim/exception.h"

/// Which accesses from EL0 and EL1 trap to EL2, as a table: sim/traps.def.
namespace trivet::sim {

class Model;

enum class Direction : std::uint8_t { kRead = 1, kWrite = 2, kBoth = 3 };

/// Which host and guest worlds a trap exists in, by HCR_EL2.{E2H, TGE}.
enum class World : std::uint8_t {
  kAny,
  kNotInHost,  ///< Not with {E2H, TGE} = {1, 1}, where EL0 is the host's own application.
  kE2hClear,
  kE2hSet,
};

/// One way an access traps: (control & mask) == value.
struct Trap {
  hal::RegisterId control;
  std::uint64_t mask;
  std::uint64_t value;
  Direction direction;
  std::uint8_t from;  ///< Bit n: from ELn.
  World world;
  std::uint8_t target_el;
  ExceptionClass ec;
};

/// The traps an access by this name is subject to, in the order the architecture checks them.
std::vector<Trap> TrapsOf(hal::RegisterId id);

}  // namespace trivet::sim
