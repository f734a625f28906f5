#include <cstddef>

#include "vectors/cpu_slot.h"
#include "vectors/guest_frame.h"
#include "vectors/in_place.h"
#include "vectors/offsets.h"

namespace trivet::vectors {
#define OFFSET(NAME, Type, member) \
  static_assert(NAME == offsetof(Type, member), #NAME " was generated for another layout");
#include "vectors/offsets.def"
static_assert(CPU_PAGE_SIZE == kCpuPageSize);
}  // namespace trivet::vectors
