// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

namespace trivet::runner::testing {

/// A pseudo-terminal: its master is the board's end, its device the runner's.
class Pty {
 public:
  /// Aborts where there are no pseudo-terminals.
  Pty();
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  int master() const { return master_; }
  const std::string& device() const { return device_; }
  /// An open device end: while it is open, closing another one does not hang up.
  int kept() const { return kept_; }
  /// Hangs up, as pulling out the adapter does.
  void Unplug();

 private:
  int master_;
  int kept_;
  std::string device_;
};

}  // namespace trivet::runner::testing
