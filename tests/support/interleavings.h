// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

/// Every order in which a few threads of control can perform their accesses of shared words, for
/// code whose words are a template parameter. The threads are contexts of one host thread that
/// switch before each access, by jumps: swapcontext() is two system calls.
namespace trivet::tests {

class Interleavings;

/// A shared word: sequentially consistent, and a switch before each access.
template <class T>
class Word {
 public:
  Word(T value);  // NOLINT(google-explicit-constructor): as std::atomic.
  T load() const;
  void store(T value);

 private:
  std::size_t index_;
};

/// Runs `threads` in every order. Two prefixes that left the same words, and in which each thread
/// read the same values, have the same future: it is explored once.
class Interleavings {
 public:
  /// `make` constructs the shared object and returns the threads' bodies, anew for each run;
  /// `check` sees what they left.
  struct Run {
    std::vector<std::function<void()>> threads;
    std::function<void()> check;
  };
  explicit Interleavings(std::function<Run()> make) : make_(std::move(make)) {}

  /// Returns the number of states. Stops at `most`.
  std::size_t Explore(std::size_t most = 1'000'000) {
    std::vector<std::size_t> choices;
    do {
      Execute(choices);
    } while (seen_.size() < most && Next(choices));
    return seen_.size();
  }
  std::size_t runs() const { return runs_; }

 private:
  template <class T>
  friend class Word;

  static constexpr std::size_t kStack = std::size_t{64} * 1024;
  struct Thread {
    ucontext_t start;
    jmp_buf at;
    std::unique_ptr<char[]> stack = std::make_unique_for_overwrite<char[]>(kStack);
    std::function<void()> body;
    bool started = false;
    bool done = false;
    std::uint64_t history = 1;         ///< Hash of what it has read.
    std::size_t waits_for = kNothing;  ///< A word that it has read twice the same.
    std::size_t last_word = kNothing;
    std::uint64_t last_value = 0;
  };
  static constexpr std::size_t kNothing = ~std::size_t{0};

  static void Enter() {
    Thread& self = *current_->threads_[current_->running_];
    self.body();
    self.done = true;
    _longjmp(current_->scheduler_, 1);
  }

  bool CanRun(const Thread& thread) const { return !thread.done && thread.waits_for == kNothing; }

  /// Follows `choices`, then takes the first thread that can run, and notes how many could.
  void Execute(std::vector<std::size_t>& choices) {
    current_ = this;
    words_.clear();
    threads_.clear();
    Run run = make_();
    for (auto& body : run.threads) {
      threads_.push_back(std::make_unique<Thread>());
      Thread& thread = *threads_.back();
      thread.body = std::move(body);
      getcontext(&thread.start);
      thread.start.uc_stack.ss_sp = thread.stack.get();
      thread.start.uc_stack.ss_size = kStack;
      thread.start.uc_link = nullptr;
      makecontext(&thread.start, &Enter, 0);
    }
    widths_.clear();
    started_ = true;
    for (std::size_t i = 0; i < threads_.size(); ++i) Resume(i);  // To its first access.
    for (std::size_t step = 0;; ++step) {
      const std::vector<std::size_t> ready = Ready();
      if (ready.empty()) break;
      if (step == choices.size()) {
        if (!seen_.insert(State()).second) break;  // Explored from here before.
        choices.push_back(0);
      }
      widths_.push_back(ready.size());
      Resume(ready[choices[step]]);
    }
    started_ = false;
    ++runs_;
    bool complete = true;
    for (const auto& thread : threads_) complete = complete && thread->done;
    if (complete) run.check();
    stuck_ = stuck_ || (Ready().empty() && !complete);
  }

  /// The next order: the last choice that has another alternative takes it.
  bool Next(std::vector<std::size_t>& choices) const {
    while (!choices.empty() && choices.back() + 1 >= widths_[choices.size() - 1]) {
      choices.pop_back();
    }
    if (choices.empty()) return false;
    ++choices.back();
    return true;
  }

  std::vector<std::size_t> Ready() const {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      if (CanRun(*threads_[i])) ready.push_back(i);
    }
    return ready;
  }

  using StateKey = std::vector<std::uint64_t>;
  StateKey State() const {
    StateKey key = words_;
    for (const auto& thread : threads_) key.push_back(thread->done ? 0 : thread->history);
    return key;
  }

  void Resume(std::size_t i) {
    running_ = i;
    if (_setjmp(scheduler_) != 0) return;
    Thread& next = *threads_[i];
    if (next.started) _longjmp(next.at, 1);
    next.started = true;
    setcontext(&next.start);
  }
  void Switch() {
    if (!started_) return;
    if (_setjmp(threads_[running_]->at) == 0) _longjmp(scheduler_, 1);
  }

  std::uint64_t Load(std::size_t word) {
    if (!started_) return words_[word];
    Thread& self = *threads_[running_];
    Switch();
    // The same word with the same value again is a loop that waits: it goes on when the word
    // changes.
    while (self.last_word == word && self.last_value == words_[word]) {
      self.waits_for = word;
      Switch();
    }
    const std::uint64_t value = words_[word];
    self.last_word = word;
    self.last_value = value;
    self.history = (self.history ^ value ^ word << 32) * 0x9e37'79b9'7f4a'7c15;
    self.history ^= self.history >> 29;
    return value;
  }
  void Store(std::size_t word, std::uint64_t value) {
    if (started_) {
      Thread& self = *threads_[running_];
      Switch();
      self.last_word = kNothing;
      self.history = self.history * 0x9e37'79b9'7f4a'7c15 + 1;
    }
    words_[word] = value;
    for (const auto& thread : threads_) {
      if (thread->waits_for == word) thread->waits_for = kNothing;
    }
  }

  static inline Interleavings* current_ = nullptr;

  std::function<Run()> make_;
  std::vector<std::uint64_t> words_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<std::size_t> widths_;
  std::set<StateKey> seen_;
  jmp_buf scheduler_;
  std::size_t running_ = 0;
  std::size_t runs_ = 0;
  bool started_ = false;
  bool stuck_ = false;

 public:
  /// True when threads waited for each other for ever.
  bool stuck() const { return stuck_; }
};

template <class T>
Word<T>::Word(T value) : index_(Interleavings::current_->words_.size()) {
  Interleavings::current_->words_.push_back(value);
}
template <class T>
T Word<T>::load() const {
  return static_cast<T>(Interleavings::current_->Load(index_));
}
template <class T>
void Word<T>::store(T value) {
  Interleavings::current_->Store(index_, value);
}

}  // namespace trivet::tests
