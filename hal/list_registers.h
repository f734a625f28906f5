// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <tuple>

#include "hal/registers.h"

/// The list registers by number: ICH_LR<n>_EL2. [gic] ICH_LR<n>_EL2.
namespace trivet::hal {

namespace internal {
using ListRegisterNames =
    std::tuple<IchLr0El2, IchLr1El2, IchLr2El2, IchLr3El2, IchLr4El2, IchLr5El2, IchLr6El2,
               IchLr7El2, IchLr8El2, IchLr9El2, IchLr10El2, IchLr11El2, IchLr12El2, IchLr13El2,
               IchLr14El2, IchLr15El2>;
}  // namespace internal

/// What every list register holds.
using ListRegister = IchLr0El2;

/// How many the architecture has; a CPU has ICH_VTR_EL2.ListRegs + 1 of them.
inline constexpr unsigned kMostListRegisters = std::tuple_size_v<internal::ListRegisterNames>;

/// The name of list register `n`, for Read and Write.
template <unsigned n>
  requires(n < kMostListRegisters)
using IchLrEl2 = std::tuple_element_t<n, internal::ListRegisterNames>;

/// How many this CPU has: an access to another is UNDEFINED. At EL2, with a GICv3.
template <class B>
unsigned ListRegisterCount() {
  return B::template Read<IchVtrEl2>().listregs() + 1u;
}

/// Calls use.operator()<n>() for the number `n`, below kMostListRegisters: a branch to one of its
/// instances.
template <class Use>
[[gnu::always_inline]] inline auto WithListRegister(unsigned n, Use use) {
  switch (n) {
    case 0: return use.template operator()<0>();
    case 1: return use.template operator()<1>();
    case 2: return use.template operator()<2>();
    case 3: return use.template operator()<3>();
    case 4: return use.template operator()<4>();
    case 5: return use.template operator()<5>();
    case 6: return use.template operator()<6>();
    case 7: return use.template operator()<7>();
    case 8: return use.template operator()<8>();
    case 9: return use.template operator()<9>();
    case 10: return use.template operator()<10>();
    case 11: return use.template operator()<11>();
    case 12: return use.template operator()<12>();
    case 13: return use.template operator()<13>();
    case 14: return use.template operator()<14>();
    case 15: return use.template operator()<15>();
    default: __builtin_unreachable();
  }
}

/// List register `n` of the CPU that calls, below ListRegisterCount(). At EL2.
template <class B>
[[gnu::always_inline]] inline ListRegister ReadListRegister(unsigned n) {
  return WithListRegister(n, []<unsigned i>() __attribute__((always_inline)) {
    return B::template Read<IchLrEl2<i>>();
  });
}
template <class B>
[[gnu::always_inline]] inline void WriteListRegister(unsigned n, ListRegister value) {
  WithListRegister(n, [value]<unsigned i>() __attribute__((always_inline)) {
    B::template Write<IchLrEl2<i>>(value);
  });
}

}  // namespace trivet::hal
