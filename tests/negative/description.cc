// SPDX-License-Identifier: Apache-2.0 OR MIT
// Includes the register descriptions; the overlay has a faulty one.
#include "hal/registers.h"
