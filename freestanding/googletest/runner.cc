// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>
#include <string_view>

#include "freestanding/googletest/test_state.h"
#include "freestanding/text/name_filter.h"
#include "gtest/internal/platform.h"
#include "gtest/internal/registry.h"
#include "gtest/internal/result.h"

namespace testing::internal {
namespace {

enum class Outcome : std::uint8_t { kNotRun, kPassed, kFailed, kSkipped };

/// Results in the order of ForEachSuite and ForEachTest. More tests than this are an error, not a
/// gap.
constexpr unsigned kMostTests = 16384;
constexpr unsigned kMostSuites = 1024;
constinit Outcome test_outcome[kMostTests] = {};
constinit bool suite_failed[kMostSuites] = {};

/// One line to the console in one piece.
using Line = Text<400>;
void Print(const Line& line) { Write(line.view()); }

struct Plural {
  unsigned count;
  std::string_view noun;
  friend void operator<<(Sink& sink, Plural plural) {
    sink << plural.count << ' ' << plural.noun << (plural.count == 1 ? "" : "s");
  }
};

struct Totals {
  unsigned suites = 0, tests = 0, disabled = 0;
  unsigned passed = 0, failed = 0, skipped = 0, failed_suites = 0;

  bool Passed() const { return failed == 0 && failed_suites == 0; }
};

bool IsWanted(const TestRef& test) {
  Line name;
  test.PrintName(name);
  return trivet::text::IsSelected(name.view(), TestFilter());
}

unsigned RunnableTests(const SuiteRef& suite) {
  unsigned count = 0;
  ForEachTest(suite, [&](const TestRef& test) { count += !test.IsDisabled() && IsWanted(test); });
  return count;
}

Totals Count() {
  Totals totals;
  unsigned all_suites = 0, all_tests = 0;
  ForEachSuite([&](const SuiteRef& suite) {
    ++all_suites;
    ForEachTest(suite, [&](const TestRef& test) {
      ++all_tests;
      totals.disabled += test.IsDisabled() && IsWanted(test);
    });
    const unsigned runnable = RunnableTests(suite);
    totals.tests += runnable;
    totals.suites += runnable > 0;
  });
  if (all_tests > kMostTests || all_suites > kMostSuites) totals.tests = kMostTests + 1;
  return totals;
}

void PrintParameter(const TestRef& test) {
  if (test.instantiation == nullptr) return;
  ConsoleSink console;
  console << ", where GetParam() = ";
  test.instantiation->print_parameter(test.index, console);
}

void PrintTested(std::string_view tag, const TestRef& test) {
  Line line;
  line << tag;
  test.PrintName(line);
  Print(line);
}

Outcome OutcomeNow() {
  if (test_state.failed()) return Outcome::kFailed;
  return Test::IsSkipped() ? Outcome::kSkipped : Outcome::kPassed;
}

std::string_view TagOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotRun: break;
    case Outcome::kPassed: return "[       OK ] ";
    case Outcome::kFailed: return "[  FAILED  ] ";
    case Outcome::kSkipped: return "[  SKIPPED ] ";
  }
  return {};
}

/// `skip` is set when the suite's own set-up failed or skipped.
Outcome RunTest(const TestRef& test, bool skip) {
  PrintTested("[ RUN      ] ", test);
  Write("\n");
  test_state.Clear();
  const std::uint64_t start = NowMilliseconds();
  if (skip) {
    test_state.skipped.store(true, std::memory_order_relaxed);
    Print(Line() << test.node->file << ':' << test.node->line << ": Skipped\n\n");
  } else {
    test.Run();
  }
  const Outcome outcome = OutcomeNow();
  PrintTested(TagOf(outcome), test);
  if (outcome == Outcome::kFailed) PrintParameter(test);
  Print(Line() << " (" << NowMilliseconds() - start << " ms)\n");
  return outcome;
}

class Run {
 public:
  explicit Run(Totals& totals) : totals_(totals) {}

  void Suite(const SuiteRef& suite) {
    const unsigned runnable = RunnableTests(suite);
    if (runnable > 0) {
      Heading(suite, runnable);
      Write("\n");
    }
    const std::uint64_t start = NowMilliseconds();
    test_state.Clear();
    if (runnable > 0 && suite.first.node != nullptr) suite.first.node->set_up_suite();
    const bool set_up_failed = test_state.failed();
    const bool skip = set_up_failed || Test::IsSkipped();
    ForEachTest(suite, [&](const TestRef& test) { One(test, skip, runnable > 0); });
    test_state.Clear();
    if (runnable > 0 && suite.first.node != nullptr) suite.first.node->tear_down_suite();
    suite_failed[suite_index_] = set_up_failed || test_state.failed();
    totals_.failed_suites += suite_failed[suite_index_++];
    if (runnable == 0) return;
    Heading(suite, runnable);
    Print(Line() << " (" << NowMilliseconds() - start << " ms total)\n\n");
  }

 private:
  static void Heading(const SuiteRef& suite, unsigned runnable) {
    Line line;
    line << "[----------] " << Plural{runnable, "test"} << " from ";
    suite.first.PrintSuiteName(line);
    Print(line);
  }

  void One(const TestRef& test, bool skip, bool suite_runs) {
    const unsigned index = test_index_++;
    test_outcome[index] = Outcome::kNotRun;
    if (!IsWanted(test)) return;
    if (test.IsDisabled()) {
      if (suite_runs) {
        PrintTested("[ DISABLED ] ", test);
        Write("\n");
      }
      return;
    }
    test_outcome[index] = RunTest(test, skip);
    totals_.passed += test_outcome[index] == Outcome::kPassed;
    totals_.failed += test_outcome[index] == Outcome::kFailed;
    totals_.skipped += test_outcome[index] == Outcome::kSkipped;
  }

  Totals& totals_;
  unsigned test_index_ = 0;
  unsigned suite_index_ = 0;
};

void ListTests(Outcome outcome) {
  unsigned index = 0;
  ForEachSuite([&](const SuiteRef& suite) {
    ForEachTest(suite, [&](const TestRef& test) {
      if (test_outcome[index++] != outcome) return;
      PrintTested(TagOf(outcome), test);
      if (outcome == Outcome::kFailed) PrintParameter(test);
      Write("\n");
    });
  });
}

/// printf's "\n%2d FAILED NOUN[S]\n".
void PrintFailedCount(unsigned count, std::string_view noun) {
  Print(Line() << '\n'
               << (count < 10 ? " " : "") << count << " FAILED " << noun << (count == 1 ? "" : "S")
               << '\n');
}

void ListFailedSuites(unsigned failed_suites) {
  unsigned index = 0;
  ForEachSuite([&](const SuiteRef& suite) {
    if (!suite_failed[index++]) return;
    Line line;
    line << TagOf(Outcome::kFailed);
    suite.first.PrintSuiteName(line);
    Print(line << ": SetUpTestSuite or TearDownTestSuite\n");
  });
  if (failed_suites > 0) PrintFailedCount(failed_suites, "TEST SUITE");
}

void PrintSummary(const Totals& totals, std::uint64_t milliseconds) {
  Print(Line() << "[==========] " << Plural{totals.tests, "test"} << " from "
               << Plural{totals.suites, "test suite"} << " ran. (" << milliseconds
               << " ms total)\n");
  Print(Line() << "[  PASSED  ] " << Plural{totals.passed, "test"} << ".\n");
  if (totals.skipped > 0) {
    Print(Line() << TagOf(Outcome::kSkipped) << Plural{totals.skipped, "test"}
                 << ", listed below:\n");
    ListTests(Outcome::kSkipped);
  }
  if (!totals.Passed()) {
    Print(Line() << TagOf(Outcome::kFailed) << Plural{totals.failed, "test"}
                 << ", listed below:\n");
    ListTests(Outcome::kFailed);
    PrintFailedCount(totals.failed, "TEST");
    ListFailedSuites(totals.failed_suites);
  }
  if (totals.disabled > 0) {
    Print(Line() << (totals.Passed() ? "\n" : "") << "  YOU HAVE " << totals.disabled
                 << " DISABLED TEST" << (totals.disabled == 1 ? "" : "S") << "\n\n");
  }
}

}  // namespace

int RunAllTests() {
  Totals totals = Count();
  if (totals.tests > kMostTests) {
    Write("gtest: more tests or suites than the result tables hold\n");
    return 1;
  }
  const std::string_view filter = TestFilter();
  if (!filter.empty() && filter != "*") {
    Print(Line() << "Note: Google Test filter = " << filter << '\n');
  }
  Print(Line() << "[==========] Running " << Plural{totals.tests, "test"} << " from "
               << Plural{totals.suites, "test suite"} << ".\n");
  if (totals.tests > 0) Write("[----------] Global test environment set-up.\n");
  const std::uint64_t start = NowMilliseconds();
  Run run(totals);
  ForEachSuite([&](const SuiteRef& suite) { run.Suite(suite); });
  if (totals.tests > 0) Write("[----------] Global test environment tear-down\n");
  PrintSummary(totals, NowMilliseconds() - start);
  if (totals.tests == 0) {
    Write(TestFilter().empty() ? "gtest: no test is linked into this image\n"
                               : "gtest: the filter selects no test of this image\n");
  }
  return totals.tests > 0 && totals.Passed() ? 0 : 1;
}

}  // namespace testing::internal
