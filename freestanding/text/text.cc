#include "freestanding/text/text.h"

namespace trivet::text {
namespace {

constexpr std::size_t kMostDigits = 20;  // 2^64 - 1 in decimal.

std::string_view Digits(unsigned long long value, unsigned base, char (&buffer)[kMostDigits]) {
  char* first = buffer + kMostDigits;
  do {
    *--first = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  return {first, static_cast<std::size_t>(buffer + kMostDigits - first)};
}

}  // namespace

void Sink::PutUnsigned(unsigned long long value) {
  char buffer[kMostDigits];
  Put(Digits(value, 10, buffer));
}

void Sink::PutSigned(long long value) {
  if (value < 0) Put("-");
  const auto magnitude = static_cast<unsigned long long>(value);
  PutUnsigned(value < 0 ? -magnitude : magnitude);
}

void Sink::PutHex(unsigned long long value) {
  char buffer[kMostDigits];
  Put("0x");
  Put(Digits(value, 16, buffer));
}

void Sink::PutPointer(std::uintptr_t value) {
  if (value == 0) {
    Put("(null)");
  } else {
    PutHex(value);
  }
}

}  // namespace trivet::text
