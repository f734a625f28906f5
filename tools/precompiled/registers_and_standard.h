// SPDX-License-Identifier: Apache-2.0 OR MIT
// The same on the build machine, where the simulator's sources include the C++ library. Read from
// standard input: no include guard.
#include <hal/registers.h>
#include <tools/precompiled/standard.h>
