// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <string_view>

#include "freestanding/text/text.h"
#include "gtest/internal/printers.h"

/// What an assertion says about itself, and how a failure is put together: the header and the
/// comparison go straight to the console, then whatever the test streams with `<<`, then the
/// traces. Nothing is buffered, so nothing is cut; the console is held for the whole failure.
namespace testing {

/// A message under construction, as in `::testing::Message() << "cpu " << cpu`. At most 240
/// characters.
class Message {
 public:
  template <class T>
  Message& operator<<(const T& value) {
    text_ << value;
    return *this;
  }
  std::string_view view() const { return text_.view(); }

  friend void operator<<(internal::Sink& sink, const Message& message) { sink.Put(message.view()); }

 private:
  internal::Text<240> text_;
};

/// The outcome of a predicate that explains itself: EXPECT_TRUE(IsEven(n)).
class AssertionResult {
 public:
  explicit AssertionResult(bool success) : success_(success) {}

  explicit operator bool() const { return success_; }
  AssertionResult operator!() const {
    AssertionResult negated = *this;
    negated.success_ = !success_;
    return negated;
  }
  template <class T>
  AssertionResult& operator<<(const T& value) {
    text_ << value;
    return *this;
  }
  std::string_view message() const { return text_.view(); }

 private:
  bool success_;
  internal::Text<240> text_;
};

inline AssertionResult AssertionSuccess() { return AssertionResult(true); }
inline AssertionResult AssertionFailure() { return AssertionResult(false); }

}  // namespace testing

namespace testing::internal {

enum class PartKind : unsigned char { kNonFatal, kFatal, kSkip };

/// Where an assertion stands and what its failure means.
struct Site {
  const char* file;
  int line;
  PartKind kind;
};

/// Mark the running test, take the console, print the header and what went wrong. FailureEnd gives
/// the console back. Always false.
bool ReportInequality(Site site, const char* left_text, const char* right_text, Printable left,
                      Printable right);
bool ReportComparison(Site site, const char* left_text, const char* right_text, const char* op,
                      Printable left, Printable right);
bool ReportBoolean(Site site, const char* text, bool actual, std::string_view explanation);
bool ReportMessage(Site site, std::string_view message);

bool CheckStringsEqual(Site site, const char* left_text, const char* right_text, const char* left,
                       const char* right);
bool CheckStringsDiffer(Site site, const char* left_text, const char* right_text, const char* left,
                        const char* right);

/// What the test streams into a failed assertion.
class UserMessage {
 public:
  UserMessage() = default;
  template <class T>
  UserMessage& operator<<(const T& value) {
    sink_ << value;
    return *this;
  }

 private:
  class Forward final : public Sink {
   public:
    void Put(std::string_view text) override;
  };
  Forward sink_;
};

/// Ends what a Report began: traces, blank line, console released.
struct FailureEnd {
  void operator=(const UserMessage&) const;
};

template <class A, class B>
[[nodiscard]] bool CheckEq(Site site, const char* left_text, const char* right_text, const A& left,
                           const B& right) {
  if (left == right) [[likely]]
    return true;
  return ReportInequality(site, left_text, right_text, Operand<A, B>(left), Operand<B, A>(right));
}

#define GTEST_CHECK_FUNCTION_(name, op)                                                            \
  template <class A, class B>                                                                      \
  [[nodiscard]] bool name(Site site, const char* left_text, const char* right_text, const A& left, \
                          const B& right) {                                                        \
    if (left op right) [[likely]]                                                                  \
      return true;                                                                                 \
    return ReportComparison(site, left_text, right_text, #op, Operand<A, B>(left),                 \
                            Operand<B, A>(right));                                                 \
  }
GTEST_CHECK_FUNCTION_(CheckNe, !=)
GTEST_CHECK_FUNCTION_(CheckLt, <)
GTEST_CHECK_FUNCTION_(CheckLe, <=)
GTEST_CHECK_FUNCTION_(CheckGt, >)
GTEST_CHECK_FUNCTION_(CheckGe, >=)
#undef GTEST_CHECK_FUNCTION_

template <class T>
[[nodiscard]] bool CheckBoolean(Site site, const char* text, const T& value, bool expected) {
  const bool actual = static_cast<bool>(value);
  if (actual == expected) [[likely]]
    return true;
  if constexpr (std::same_as<T, AssertionResult>) {
    return ReportBoolean(site, text, actual, value.message());
  } else {
    return ReportBoolean(site, text, actual, {});
  }
}

/// SCOPED_TRACE: a line that failures in this scope carry. At most 240 characters.
class [[nodiscard]] TraceScope {
 public:
  template <class T>
  TraceScope(const char* file, int line, const T& message) : file_(file), line_(line) {
    text_ << message;
    Enter();
  }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;
  ~TraceScope();

  void Print(Sink& sink) const;
  const TraceScope* outer() const { return outer_; }

 private:
  void Enter();

  const char* file_;
  int line_;
  const TraceScope* outer_ = nullptr;
  Text<240> text_;
};

/// Notices fatal failures during its lifetime.
class FatalFailureWatch {
 public:
  FatalFailureWatch();
  /// True when there was none; otherwise reports and returns false.
  bool Check(Site site, const char* statement) const;

 private:
  unsigned before_;
};

}  // namespace testing::internal

namespace testing {
using ScopedTrace = internal::TraceScope;
}
