// SPDX-License-Identifier: Apache-2.0 OR MIT
// docs/guest_view.md is what hal/regs/guest.def says.

#include "hal/guest_page.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace trivet::hal {
namespace {

TEST(GuestPage, IsWhatGuestDefSays) {
  std::ifstream file("docs/guest_view.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(page, GuestPage()) << "If that is meant: bazel run //hal:update_guest_view";
}

TEST(GuestPage, EveryFieldHasAName) { EXPECT_EQ(GuestPage().find('?'), std::string::npos); }

}  // namespace
}  // namespace trivet::hal
