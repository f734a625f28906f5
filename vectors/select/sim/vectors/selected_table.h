#pragma once

#include <cstdint>

namespace trivet::vectors {

/// TableBase(): the first call maps the slots' code there.
std::uint64_t SelectedTableBase();

}  // namespace trivet::vectors
