// SPDX-License-Identifier: Apache-2.0 OR MIT
// What programs with a simulator in them include. Read from standard input: no include guard.
#include <hal/registers.h>
#include <sim/pe/machine.h>
#include <sim/pe/pe.h>
#include <tools/precompiled/standard.h>
