// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/testing/bridge.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace trivet::runner::testing {
namespace {

void WriteTo(int file, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto written = write(file, bytes.data() + at, bytes.size() - at);
    if (written <= 0) return;
    at += static_cast<std::size_t>(written);
  }
}

}  // namespace

Bridge::Bridge(int master, int to_board, int from_board, FaultRates rates, std::uint32_t seed)
    : master_(master),
      to_board_(to_board),
      from_board_(from_board),
      there_(2 * seed, rates),
      back_(2 * seed + 1, rates),
      thread_([this] { Run(); }) {}

Bridge::~Bridge() {
  stop_ = true;
  thread_.join();
}

bool Bridge::Carry(int from, int to, Faults& faults) {
  std::array<char, 1024> buffer;
  const auto size = read(from, buffer.data(), buffer.size());
  if (size <= 0) return false;
  std::string bytes;
  spoken_ = spoken_ || from == from_board_;
  // What comes before its UART is set up is lost.
  if (!spoken_) return true;
  for (long i = 0; i < size; ++i) {
    const auto passed = faults.Pass(buffer[static_cast<std::size_t>(i)]);
    if (passed.late_ms > 0) {
      WriteTo(to, bytes);
      bytes.clear();
      std::this_thread::sleep_for(std::chrono::milliseconds(passed.late_ms));
    }
    bytes += passed.bytes;
  }
  WriteTo(to, bytes);
  return true;
}

void Bridge::Run() {
  pollfd files[] = {{master_, POLLIN, 0}, {from_board_, POLLIN, 0}};
  while (!stop_) {
    if (poll(files, 2, 20) <= 0) continue;
    if (files[0].revents != 0 && !Carry(master_, to_board_, there_)) files[0].fd = -1;
    if (files[1].revents != 0 && !Carry(from_board_, master_, back_)) files[1].fd = -1;
  }
}

}  // namespace trivet::runner::testing
