// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>

/// Several CPUs with an nVHE host of their own each: simulated PEs on host threads, or the CPUs of
/// the board, started by PSCI.
namespace trivet::tests {

using Work = void (*)(unsigned cpu, void* context);

/// What a TestCpus CPU does next. Written by the test's CPU and by the worker, in turns.
struct alignas(128) Mailbox {
  enum class Mail : unsigned { kNone, kWork, kQuit, kGone };
  std::atomic<Mail> mail = Mail::kNone;
  Work work = nullptr;
  void* context = nullptr;
};

class TestCpus {
 public:
  static constexpr unsigned kMostCpus = 512;

  /// `count` CPUs that exist here, the caller's among them as number 0.
  explicit TestCpus(unsigned count);
  ~TestCpus();
  TestCpus(const TestCpus&) = delete;
  TestCpus& operator=(const TestCpus&) = delete;

  /// Has CPU number `cpu`, not 0, run `work(cpu, context)` at EL2, D, A, I and F masked, on the
  /// registers that its last work left. One work at a time.
  void Start(unsigned cpu, Work work, void* context);
  /// Until every CPU's work has ended.
  void WaitForAll();

  /// What a CPU does between two looks at a word, in a round and outside.
  static void Yield();
  static void Rest();

 private:
  unsigned count_;
};

/// What a worker runs, on its own CPU with its host in place: works until it is stopped.
void ServeMailbox(unsigned cpu);

/// The environments' part: workers 1 to count - 1 and the caller's host; their end.
void SpawnWorkers(unsigned count);
void JoinWorkers(unsigned count);

}  // namespace trivet::tests
