// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "platforms/machine/description.h"

namespace trivet::platforms {

/// A machine that an image of another board, without a tree from its loader, can tell by its CPU
/// and by the identification of its UART: those whose owners copy images to a card.
struct OtherMachine {
  const char* name;
  Pl011 console;
  Bcm2835Watchdog watchdog;
};

/// The machine that this is instead of the `described` one, whose console is not where it should
/// be; null: nothing says that it is another. At EL2 or EL1.
const OtherMachine* FindOtherMachine(const Description& described);

}  // namespace trivet::platforms
