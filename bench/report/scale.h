// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

namespace trivet::bench::report {

/// A number for a person: whole, or with as many decimals as three digits need; thousands apart.
std::string Shown(double value);

/// Maps values to pixels along one axis. Its ends are round numbers around the values.
class Scale {
 public:
  /// Both ends are ticks, at least one of them not 0.
  static Scale Linear(double lowest, double highest, double first_pixel, double last_pixel);
  /// Of positive values; ticks at 1, 2, 5 times powers of ten, or powers of ten alone.
  static Scale Log(double lowest, double highest, double first_pixel, double last_pixel);

  double At(double value) const;
  const std::vector<double>& ticks() const { return ticks_; }
  double lowest() const { return ticks_.front(); }
  double highest() const { return ticks_.back(); }

 private:
  Scale(bool log, std::vector<double> ticks, double first_pixel, double last_pixel)
      : log_(log), ticks_(std::move(ticks)), first_(first_pixel), last_(last_pixel) {}

  bool log_;
  std::vector<double> ticks_;
  double first_, last_;
};

}  // namespace trivet::bench::report
