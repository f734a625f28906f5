// SPDX-License-Identifier: Apache-2.0 OR MIT
// EL2 only. An exception that no test expects: el2_console_test reads the console.

#include <gtest/gtest.h>

TEST(Before, Passes) {}
TEST(Unexpected, Exception) { asm volatile("udf #0"); }
TEST(Unexpected, NeverRuns) {}
