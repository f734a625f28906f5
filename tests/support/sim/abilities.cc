#include "tests/support/abilities.h"

namespace trivet::tests {

bool Has(Ability) { return true; }

}  // namespace trivet::tests
