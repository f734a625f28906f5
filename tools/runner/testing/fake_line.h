// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <deque>
#include <utility>

#include "tools/runner/serial/line.h"
#include "tools/runner/testing/fake_board.h"
#include "tools/runner/testing/faults.h"

namespace trivet::runner::testing {

/// A line to a FakeBoard, with faults in both directions, on a clock that only waiting moves.
class FakeLine : public Line {
 public:
  explicit FakeLine(FakeBoard& board, FaultRates rates = {}, std::uint32_t seed = 1)
      : board_(board), there_(2 * seed, rates), back_(2 * seed + 1, rates) {}

  OrEnd<std::string> Read(milliseconds wait) override {
    const int end = now_ + std::max(static_cast<int>(wait.count()), 0);
    for (;;) {
      Collect();
      std::string text;
      for (; !coming_.empty() && coming_.front().first <= now_; coming_.pop_front()) {
        text += coming_.front().second;
      }
      if (!text.empty() || now_ >= end) return text;
      if (unplugged_at_ >= 0 && now_ >= unplugged_at_) return NotRun("unplugged");
      Advance(end);
    }
  }

  OrEnd<void> Write(std::string_view bytes) override {
    for (const char byte : bytes) {
      const auto [arrives, late] = there_.Pass(byte);
      now_ += late;
      for (const char c : arrives) board_.Input(c, now_);
      Collect();
    }
    return {};
  }

  milliseconds Now() const override { return milliseconds(now_); }
  milliseconds TimeOf(std::size_t bytes) const override {
    return milliseconds(static_cast<long long>(bytes) * 10 * 1000 / 115200);
  }

  void UnplugAt(int ms) { unplugged_at_ = ms; }
  long faults() const { return there_.count() + back_.count(); }

 private:
  void Collect() {
    for (const char byte : board_.Output()) {
      const auto [arrives, late] = back_.Pass(byte);
      free_ = std::max(free_, now_) + late;
      if (!arrives.empty()) coming_.emplace_back(free_, arrives);
    }
  }

  /// To the next thing that happens, at most to `end`.
  void Advance(int end) {
    int next = end;
    if (!coming_.empty()) next = std::min(next, coming_.front().first);
    const auto timer = board_.Timer();
    if (timer) next = std::min(next, std::max(*timer, now_));
    now_ = next;
    if (timer && *timer <= now_) board_.Tick(now_);
  }

  FakeBoard& board_;
  Faults there_, back_;
  int now_ = 0;
  int free_ = 0;  ///< when the board's next byte can arrive
  int unplugged_at_ = -1;
  std::deque<std::pair<int, std::string>> coming_;
};

}  // namespace trivet::runner::testing
