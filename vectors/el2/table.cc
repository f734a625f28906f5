#include "vectors/table.h"

extern "C" const char trivet_vector_table[];

namespace trivet::vectors {

std::uint64_t TableBase() { return reinterpret_cast<std::uint64_t>(&trivet_vector_table); }

}  // namespace trivet::vectors
