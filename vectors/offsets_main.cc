// Prints vectors/offsets.h. Runs on the build host, whose structure layout equals AArch64's for
// these types; offsets_check.cc proves it.
#include <cstddef>
#include <cstdio>

#include "vectors/cpu_slot.h"
#include "vectors/guest_frame.h"
#include "vectors/in_place.h"

using trivet::vectors::CpuSlot;
using trivet::vectors::GuestFrame;
using trivet::vectors::InPlaceExit;

int main() {
  std::puts("#pragma once");
#define OFFSET(NAME, Type, member) std::printf("#define %s %zu\n", #NAME, offsetof(Type, member));
#include "vectors/offsets.def"
  std::printf("#define CPU_PAGE_SIZE %zu\n", trivet::vectors::kCpuPageSize);
}
