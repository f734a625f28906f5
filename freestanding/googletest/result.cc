// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "gtest/internal/result.h"

#include <atomic>
#include <cstddef>

#include "freestanding/googletest/test_state.h"
#include "gtest/internal/platform.h"

namespace testing::internal {

constinit TestState test_state;

namespace {

/// Held from the header of a failure to its end, so that failures on several CPUs do not mix.
/// Recursive: what a failure streams, or an interrupt handler, may fail on the same CPU.
class ConsoleLock {
 public:
  void Take() {
    const unsigned cpu = ThisCpu() + 1;
    if (owner_.load(std::memory_order_relaxed) != cpu) {
      unsigned free = 0;
      while (!owner_.compare_exchange_weak(free, cpu, std::memory_order_acquire)) free = 0;
    }
    ++depth_;
  }
  void Release() {
    if (--depth_ == 0) owner_.store(0, std::memory_order_release);
  }

 private:
  std::atomic<unsigned> owner_ = 0;  // CPU index + 1; 0: free.
  unsigned depth_ = 0;               // Of the owner.
};

constinit ConsoleLock console_lock;
constinit bool separator_due = false;  // Under console_lock: the user's message starts a new line.

constexpr unsigned kTracedCpus = 64;
constinit const TraceScope* innermost_trace[kTracedCpus] = {};

void Mark(PartKind kind) {
  switch (kind) {
    case PartKind::kNonFatal:
      return test_state.failed_nonfatally.store(true, std::memory_order_relaxed);
    case PartKind::kFatal:
      test_state.fatal_failures.fetch_add(1, std::memory_order_relaxed);
      return test_state.failed_fatally.store(true, std::memory_order_relaxed);
    case PartKind::kSkip: return test_state.skipped.store(true, std::memory_order_relaxed);
  }
}

/// Console sink between the header, already printed, and FailureEnd.
ConsoleSink Begin(Site site) {
  Mark(site.kind);
  console_lock.Take();
  separator_due = true;
  Text<400> header;
  header << site.file << ':' << site.line << ": "
         << (site.kind == PartKind::kSkip ? "Skipped\n" : "Failure\n");
  ConsoleSink console;
  console << header.view();
  return console;
}

/// Swallows text and remembers whether it was exactly what was expected.
class Matcher final : public Sink {
 public:
  explicit Matcher(std::string_view expected) : rest_(expected) {}
  void Put(std::string_view text) override {
    same_ = same_ && rest_.starts_with(text);
    if (same_) rest_.remove_prefix(text.size());
  }
  bool matched() const { return same_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool same_ = true;
};

/// The operand's text, and its value unless that reads the same.
void PrintOperand(const char* text, Printable value, Sink& sink) {
  sink << "\n  " << text;
  Matcher matcher(text);
  value.Print(matcher);
  if (matcher.matched()) return;
  sink << "\n    Which is: ";
  value.Print(sink);
}

bool SameString(const char* left, const char* right) {
  if (left == nullptr || right == nullptr) return left == right;
  return std::string_view(left) == std::string_view(right);
}

}  // namespace

bool ReportInequality(Site site, const char* left_text, const char* right_text, Printable left,
                      Printable right) {
  ConsoleSink console = Begin(site);
  console << "Expected equality of these values:";
  PrintOperand(left_text, left, console);
  PrintOperand(right_text, right, console);
  return false;
}

bool ReportComparison(Site site, const char* left_text, const char* right_text, const char* op,
                      Printable left, Printable right) {
  ConsoleSink console = Begin(site);
  console << "Expected: (" << left_text << ") " << op << " (" << right_text << "), actual: ";
  left.Print(console);
  console << " vs ";
  right.Print(console);
  return false;
}

bool ReportBoolean(Site site, const char* text, bool actual, std::string_view explanation) {
  ConsoleSink console = Begin(site);
  console << "Value of: " << text << "\n  Actual: " << actual;
  if (!explanation.empty()) console << " (" << explanation << ')';
  console << "\nExpected: " << !actual;
  return false;
}

bool ReportMessage(Site site, std::string_view message) {
  ConsoleSink console = Begin(site);
  console << message;
  separator_due = !message.empty();
  return false;
}

bool CheckStringsEqual(Site site, const char* left_text, const char* right_text, const char* left,
                       const char* right) {
  if (SameString(left, right)) return true;
  return ReportInequality(site, left_text, right_text, Printable::Of(left), Printable::Of(right));
}

bool CheckStringsDiffer(Site site, const char* left_text, const char* right_text, const char* left,
                        const char* right) {
  if (!SameString(left, right)) return true;
  ConsoleSink console = Begin(site);
  console << "Expected: (" << left_text << ") != (" << right_text << "), actual: \"" << left
          << "\" vs \"" << right << '"';
  return false;
}

void UserMessage::Forward::Put(std::string_view text) {
  if (text.empty()) return;
  if (separator_due) Write("\n");
  separator_due = false;
  Write(text);
}

void FailureEnd::operator=(const UserMessage&) const {
  ConsoleSink console;
  const unsigned cpu = ThisCpu();
  const TraceScope* trace = cpu < kTracedCpus ? innermost_trace[cpu] : nullptr;
  if (trace != nullptr) console << "\nGoogle Test trace:";
  for (; trace != nullptr; trace = trace->outer()) trace->Print(console);
  console << "\n\n";
  console_lock.Release();
}

void TraceScope::Enter() {
  const unsigned cpu = ThisCpu();
  if (cpu >= kTracedCpus) return;
  outer_ = innermost_trace[cpu];
  innermost_trace[cpu] = this;
}

TraceScope::~TraceScope() {
  const unsigned cpu = ThisCpu();
  if (cpu < kTracedCpus) innermost_trace[cpu] = outer_;
}

void TraceScope::Print(Sink& sink) const {
  sink << '\n' << file_ << ':' << line_ << ": " << text_.view();
}

FatalFailureWatch::FatalFailureWatch()
    : before_(test_state.fatal_failures.load(std::memory_order_relaxed)) {}

bool FatalFailureWatch::Check(Site site, const char* statement) const {
  if (test_state.fatal_failures.load(std::memory_order_relaxed) == before_) return true;
  ConsoleSink console = Begin(site);
  console << "Expected: " << statement
          << " doesn't generate new fatal failures in the current thread.\n  Actual: it does.";
  return false;
}

}  // namespace testing::internal
