// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/text/text.h"

#include "hal/digits.h"

namespace trivet::text {

void Sink::PutUnsigned(unsigned long long value) { Put(hal::Digits(value).view()); }

void Sink::PutSigned(long long value) {
  if (value < 0) Put("-");
  const auto magnitude = static_cast<unsigned long long>(value);
  PutUnsigned(value < 0 ? -magnitude : magnitude);
}

void Sink::PutHex(unsigned long long value) {
  Put("0x");
  Put(hal::Digits(value, 16).view());
}

void Sink::PutPointer(std::uintptr_t value) {
  if (value == 0) {
    Put("(null)");
  } else {
    PutHex(value);
  }
}

}  // namespace trivet::text
