// SPDX-License-Identifier: Apache-2.0 OR MIT
// The same on the build machine. Read from standard input: no include guard.
#include <gtest/gtest.h>
#include <hal/cpu.h>
#include <hal/registers.h>
#include <percpu/per_cpu.h>
#include <sim/pe/machine.h>
#include <sim/pe/pe.h>
#include <tools/precompiled/standard.h>
#include <vcpu/vcpu.h>
