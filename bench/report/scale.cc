// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/scale.h"

#include <algorithm>
#include <cmath>
#include <format>

namespace trivet::bench::report {
namespace {

constexpr int kFewestTicks = 4;

/// The largest of 1, 2, 5 times a power of ten that makes enough ticks.
double TickStep(double span) {
  double step = std::pow(10, std::floor(std::log10(span)));
  for (const double divisor : {2.0, 2.5, 2.0}) {
    if (span / step >= kFewestTicks) return step;
    step /= divisor;
  }
  return step;
}

/// 1, 2, 5, 10, 20, ... by index; 0 is 1.
double OneTwoFive(int index) {
  constexpr double kSteps[] = {1, 2, 5};
  const int decade = index >= 0 ? index / 3 : -((2 - index) / 3);
  return kSteps[index - decade * 3] * std::pow(10, decade);
}

}  // namespace

std::string Shown(double value) {
  const double magnitude = std::abs(value);
  const double rounded = std::round(value * 1000) / 1000;
  if (magnitude < 100 && rounded != std::round(rounded)) {
    return std::format("{:.{}f}", value, magnitude < 10 ? 2 : 1);
  }
  std::string digits = std::format("{:.0f}", value);
  const std::size_t sign = digits.starts_with('-') ? 1 : 0;
  // A space that does not break, as ISO 31-0 writes thousands.
  for (std::size_t at = digits.size(); at > sign + 3;) digits.insert(at -= 3, "\u202f");
  return digits == "-0" ? "0" : digits;
}

Scale Scale::Linear(double lowest, double highest, double first_pixel, double last_pixel) {
  if (highest <= lowest) highest = lowest + 1;
  const double step = TickStep(highest - lowest);
  const double first = std::floor(lowest / step + 1e-9), last = std::ceil(highest / step - 1e-9);
  std::vector<double> ticks;
  for (double at = first; at <= last; ++at) ticks.push_back(at * step);
  return {false, std::move(ticks), first_pixel, last_pixel};
}

Scale Scale::Log(double lowest, double highest, double first_pixel, double last_pixel) {
  int first = static_cast<int>(std::floor(std::log10(lowest))) * 3;
  while (OneTwoFive(first + 1) <= lowest) ++first;
  int last = first + 1;
  while (OneTwoFive(last) < highest) ++last;
  std::vector<double> ticks;
  const bool decades = last - first > 9;
  for (int i = first; i <= last; ++i) {
    if (!decades || i % 3 == 0 || i == first || i == last) ticks.push_back(OneTwoFive(i));
  }
  return {true, std::move(ticks), first_pixel, last_pixel};
}

double Scale::At(double value) const {
  const auto along = [this](double v) { return log_ ? std::log10(v) : v; };
  const double from = along(lowest()), to = along(highest());
  return first_ + (along(value) - from) / (to - from) * (last_ - first_);
}

}  // namespace trivet::bench::report
