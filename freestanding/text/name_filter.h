// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

namespace trivet::text {

/// Whether GoogleTest's --gtest_filter=`filter` selects the test (or the benchmark) of that name:
/// patterns of `*` and `?` separated by ':', after a '-' those that it leaves out. Empty selects
/// all.
bool IsSelected(std::string_view name, std::string_view filter);

}  // namespace trivet::text
