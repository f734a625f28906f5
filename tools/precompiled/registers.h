// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the core's sources include. Read from standard input: no include guard.
#include <hal/registers.h>
