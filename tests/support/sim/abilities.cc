// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/abilities.h"

namespace trivet::tests {

bool Has(Ability) { return true; }

}  // namespace trivet::tests
