// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/host_of_kind.h"

#include "platforms/runtime/translation.h"

namespace trivet::tests {

void WriteHostHcr(hal::HcrEl2 hcr) { platforms::WriteHcrEl2(hcr.raw()); }

std::uint64_t PhysicalAddressOf(const void* address) {
  return reinterpret_cast<std::uint64_t>(address);
}

void ShowToTableWalks(void*, std::size_t) {}

}  // namespace trivet::tests
