// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>

namespace trivet::vectors {

/// V0 to V31, FPCR and FPSR of one owner.
struct alignas(16) VectorState {
  std::array<std::array<std::uint64_t, 2>, 32> v = {};  ///< The low half first.
  std::uint64_t fpcr = 0, fpsr = 0;
};

/// Copies the CPU's registers out, or in. At EL2, where CPTR_EL2 does not trap FP and the write of
/// it is in effect. On a CPU with SVE a load clears the upper parts of the Z registers, which
/// vectors/sve_state.h has. [arm-arm] "Accessing the SIMD and floating-point registers".
extern "C" void TrivetStoreVectors(VectorState* to);
extern "C" void TrivetLoadVectors(const VectorState* from);

}  // namespace trivet::vectors
