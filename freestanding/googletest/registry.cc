// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "gtest/internal/registry.h"

#include <string_view>

#include "freestanding/googletest/test_state.h"
#include "gtest/internal/platform.h"
#include "gtest/internal/result.h"

namespace testing::internal {
namespace {

constinit TestNode* first_suite = nullptr;
constinit ParameterizedSuite* first_parameterized = nullptr;

template <class Node>
void Append(Node*& first, Node& node) {
  Node** link = &first;
  while (*link != nullptr) link = &(*link)->next;
  *link = &node;
}

void RegisterParameterized(ParameterizedSuite& suite, const char* name, const char* file,
                           int line) {
  if (suite.name != nullptr) return;
  suite.name = name;
  suite.file = file;
  suite.line = line;
  Append(first_parameterized, suite);
}

bool RunsNothing(const ParameterizedSuite& suite) {
  if (suite.tests != nullptr) {
    for (const Instantiation* i = suite.instantiations; i != nullptr; i = i->next) {
      if (i->count() > 0) return false;
    }
  }
  return !suite.may_be_empty;
}

void VisitParameterized(const ParameterizedSuite& suite,
                        void (*visit)(const SuiteRef& suite, void* context), void* context) {
  if (suite.tests == nullptr) return;
  for (const Instantiation* i = suite.instantiations; i != nullptr; i = i->next) {
    if (i->count() > 0) visit({{suite.tests, i}, &suite}, context);
  }
}

constexpr std::string_view kNeverInstantiated =
    " is defined via TEST_P, but never instantiated. None of the test cases will run. Either no "
    "INSTANTIATE_TEST_SUITE_P is provided or the only ones provided expand to nothing."
    "\n\n"
    "Ideally, TEST_P definitions should only ever be included as part of binaries that intend to "
    "use "
    "them. (As opposed to, for example, being placed in a library that may be linked in to get "
    "other "
    "utilities.)";
constexpr std::string_view kNoTests =
    " is instantiated via INSTANTIATE_TEST_SUITE_P, but no tests are defined via TEST_P . No test "
    "cases will run."
    "\n\n"
    "Ideally, INSTANTIATE_TEST_SUITE_P should only ever be invoked from code that always depend on "
    "code that provides TEST_P. Failing to do so is often an indication of dead code, e.g. the "
    "last "
    "TEST_P was removed but the rest got left behind.";

void ReportRunsNothing(const ParameterizedSuite& suite) {
  ReportMessage({suite.file, suite.line, PartKind::kNonFatal}, "");
  FailureEnd() =
      UserMessage()
      << "Parameterized test suite " << suite.name
      << (suite.tests != nullptr ? kNeverInstantiated : kNoTests)
      << "\n\nTo suppress this error for this test suite, insert the following line (in a "
         "non-header) in the namespace it is defined in:"
         "\n\nGTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST("
      << suite.name << ");";
}

}  // namespace

bool RegisterTest(TestNode& node) {
  TestNode** link = &first_suite;
  while (*link != nullptr && std::string_view((*link)->suite) != node.suite) {
    link = &(*link)->next_suite;
  }
  Append(*link, node);
  return true;
}

bool RegisterTestPattern(ParameterizedSuite& suite, const char* file, int line, TestNode& node) {
  RegisterParameterized(suite, node.suite, file, line);
  Append(suite.tests, node);
  return true;
}

bool RegisterInstantiation(ParameterizedSuite& suite, const char* name, const char* file, int line,
                           Instantiation& instantiation) {
  RegisterParameterized(suite, name, file, line);
  Append(suite.instantiations, instantiation);
  return true;
}

void ForEachSuite(void (*visit)(const SuiteRef& suite, void* context), void* context) {
  for (const TestNode* node = first_suite; node != nullptr; node = node->next_suite) {
    visit({{node}}, context);
  }
  bool broken_seen = false;
  for (const ParameterizedSuite* suite = first_parameterized; suite != nullptr;
       suite = suite->next) {
    if (!RunsNothing(*suite)) {
      VisitParameterized(*suite, visit, context);
    } else if (!broken_seen) {
      broken_seen = true;
      visit({{.broken = suite}}, context);
    }
  }
}

void ForEachTest(const SuiteRef& suite, void (*visit)(const TestRef& test, void* context),
                 void* context) {
  if (suite.first.broken != nullptr) {
    for (const ParameterizedSuite* at = suite.first.broken; at != nullptr; at = at->next) {
      if (RunsNothing(*at)) visit({.broken = at}, context);
    }
    return;
  }
  const Instantiation* const instantiation = suite.first.instantiation;
  const std::size_t count = instantiation == nullptr ? 1 : instantiation->count();
  for (const TestNode* node = suite.first.node; node != nullptr; node = node->next) {
    for (std::size_t i = 0; i < count; ++i) visit({node, instantiation, i}, context);
  }
}

void TestRef::PrintSuiteName(Sink& sink) const {
  if (broken != nullptr) {
    sink << "GoogleTestVerification";
    return;
  }
  if (instantiation != nullptr && instantiation->prefix[0] != '\0') {
    sink << instantiation->prefix << '/';
  }
  sink << node->suite;
}

void TestRef::PrintName(Sink& sink) const {
  PrintSuiteName(sink);
  sink << '.';
  if (broken != nullptr) {
    sink << "UninstantiatedParameterizedTestSuite<" << broken->name << '>';
    return;
  }
  sink << node->name;
  if (instantiation != nullptr) {
    sink << '/';
    instantiation->print_name(index, sink);
  }
}

bool TestRef::IsDisabled() const {
  constexpr std::string_view kMark = "DISABLED_";
  if (node == nullptr) return false;
  return std::string_view(node->name).starts_with(kMark) ||
         std::string_view(node->suite).starts_with(kMark) ||
         (instantiation != nullptr && std::string_view(instantiation->prefix).starts_with(kMark));
}

void TestRef::Run() const {
  if (broken != nullptr) {
    ReportRunsNothing(*broken);
  } else if (instantiation != nullptr) {
    instantiation->run_with(index, node->run);
  } else {
    node->run();
  }
}

}  // namespace testing::internal

namespace testing {

using internal::test_state;

bool Test::HasFatalFailure() { return test_state.failed_fatally.load(std::memory_order_relaxed); }
bool Test::HasNonfatalFailure() {
  return test_state.failed_nonfatally.load(std::memory_order_relaxed);
}
bool Test::IsSkipped() {
  return test_state.skipped.load(std::memory_order_relaxed) && !test_state.failed();
}

void Test::RunPhases() {
  if (HasFatalFailure() || IsSkipped()) return;  // In the constructor.
  SetUp();
  if (!HasFatalFailure() && !IsSkipped()) TestBody();
  TearDown();
}

}  // namespace testing
