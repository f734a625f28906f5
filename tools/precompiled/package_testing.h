// SPDX-License-Identifier: Apache-2.0 OR MIT
// What tests of Trivet's own packages include. Read from standard input: no include guard.
#include <gtest/gtest.h>
#include <hal/cpu.h>
#include <hal/registers.h>
#include <percpu/per_cpu.h>
#include <vcpu/vcpu.h>
