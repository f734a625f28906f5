#pragma once

#include <string_view>

namespace testing::internal {

/// Whether GoogleTest's --gtest_filter=`filter` selects the test of that name: patterns of `*` and `?`
/// separated by ':', after a '-' those that it leaves out. Empty selects all.
bool IsSelected(std::string_view name, std::string_view filter);

}  // namespace testing::internal
