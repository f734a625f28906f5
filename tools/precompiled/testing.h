// SPDX-License-Identifier: Apache-2.0 OR MIT
// What every test for the build machine includes. Read from standard input: no include guard.
#include <gtest/gtest.h>
#include <tools/precompiled/standard.h>
