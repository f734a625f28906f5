// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/progress.h"

#include <algorithm>
#include <format>

namespace trivet::runner {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks(100);
constexpr double kKib = 1024;

}  // namespace

Progress::Progress(std::string what, std::size_t total, bool is_terminal, Clock clock, Sink sink)
    : what_(std::move(what)),
      total_(total),
      is_terminal_(is_terminal),
      clock_(std::move(clock)),
      sink_(std::move(sink)),
      start_(clock_()),
      last_(start_) {}

std::string Progress::Text(std::size_t done, std::chrono::milliseconds spent) const {
  const double seconds = std::max(static_cast<double>(spent.count()), 1.0) / 1000;
  const double rate = static_cast<double>(done) / seconds;
  std::string text = std::format("runner: {}: {} %, {} of {} KiB", what_, done * 100 / total_,
                                 done / 1024, (total_ + 1023) / 1024);
  if (done == 0) return text;
  text += std::format(", {:.1f} KiB/s", rate / kKib);
  if (done == total_) return text + std::format(", {:.1f} s", seconds);
  return text + std::format(", {:.0f} s left", static_cast<double>(total_ - done) / rate);
}

void Progress::Show(std::size_t done) {
  done = std::min(done, total_);
  const auto now = clock_();
  if (is_terminal_) {
    if (done != total_ && now - last_ < kBetweenLooks) return;
    last_ = now;
    std::string text = Text(done, now - start_);
    const std::size_t width = text.size();
    text.resize(std::max(width, width_), ' ');
    width_ = width;
    sink_('\r' + text);
    return;
  }
  const std::size_t tenths = done * 10 / total_;
  if (tenths <= shown_tenths_) return;
  shown_tenths_ = tenths;
  sink_(Text(done, now - start_) + '\n');
}

void Progress::Finish() {
  if (width_ != 0) sink_("\n");
  width_ = 0;
}

}  // namespace trivet::runner
