// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <new>
#include <string_view>

#include "freestanding/text/text.h"
#include "gtest/internal/platform.h"

/// Tests register themselves from .init_array into intrusive lists: no heap.
namespace testing {

/// Base of every fixture. As in GoogleTest: SetUp, the body unless SetUp failed fatally or skipped,
/// then always TearDown.
class Test {
 public:
  virtual ~Test() = default;
  /// The deleting destructor needs one; fixtures are never made with new.
  static void operator delete(void*) {}

  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}

  static bool HasFatalFailure();
  static bool HasNonfatalFailure();
  static bool HasFailure() { return HasFatalFailure() || HasNonfatalFailure(); }
  static bool IsSkipped();

  /// Prints `[ PROPERTY ] key = value`; GoogleTest writes it into its XML.
  template <class T>
  static void RecordProperty(std::string_view key, const T& value) {
    internal::Text<160> text;
    text << "[ PROPERTY ] " << key << " = " << value << '\n';
    internal::ConsoleSink() << text.view();
  }

  /// Not for callers: runs SetUp, body and TearDown.
  void RunPhases();

 protected:
  Test() = default;
  virtual void SetUp() {}
  virtual void TearDown() {}

 private:
  virtual void TestBody() = 0;
};

}  // namespace testing

namespace testing::internal {

/// One TEST, TEST_F or TEST_P.
struct TestNode {
  const char* suite;
  const char* name;
  const char* file;
  int line;
  void (*run)();
  void (*set_up_suite)();
  void (*tear_down_suite)();

  TestNode* next = nullptr;        ///< In the same suite, in order of definition.
  TestNode* next_suite = nullptr;  ///< First test of the next suite; only on a suite's first test.
};

/// Registers a TEST or TEST_F. The node lives for ever.
bool RegisterTest(TestNode& node);

/// Constructs the fixture in static storage (a fixture may be larger than an EL2 stack), runs it,
/// and destroys it.
template <class T>
void RunFixture() {
  alignas(T) static std::byte storage[sizeof(T)];
  T* const test = ::new (static_cast<void*>(storage)) T;
  test->RunPhases();
  test->~T();
}

/// Reaches the suite functions of a fixture that keeps them protected.
template <class T>
struct SuiteFunctions : T {
  static constexpr void (*kSetUp)() = &T::SetUpTestSuite;
  static constexpr void (*kTearDown)() = &T::TearDownTestSuite;
};

template <class T>
constexpr TestNode MakeNode(const char* suite, const char* name, const char* file, int line) {
  return {suite,
          name,
          file,
          line,
          &RunFixture<T>,
          SuiteFunctions<T>::kSetUp,
          SuiteFunctions<T>::kTearDown};
}

/// One INSTANTIATE_TEST_SUITE_P.
struct Instantiation {
  const char* prefix;
  std::size_t (*count)();
  void (*run_with)(std::size_t index, void (*run)());  ///< Runs with the parameter at `index`.
  void (*print_parameter)(std::size_t index, Sink& sink);
  void (*print_name)(std::size_t index, Sink& sink);

  Instantiation* next = nullptr;
};

/// Everything said about one parameterized fixture.
struct ParameterizedSuite {
  const char* name = nullptr;
  const char* file = nullptr;
  int line = 0;
  bool may_be_empty = false;
  TestNode* tests = nullptr;
  Instantiation* instantiations = nullptr;
  ParameterizedSuite* next = nullptr;
};

bool RegisterTestPattern(ParameterizedSuite& suite, const char* file, int line, TestNode& node);
bool RegisterInstantiation(ParameterizedSuite& suite, const char* name, const char* file, int line,
                           Instantiation& instantiation);

template <class Fixture>
inline constinit ParameterizedSuite kParameterizedSuite;

/// One runnable test: a node, and for TEST_P the instantiation and index of its parameter. With
/// neither it stands for the error that a parameterized suite runs nothing.
struct TestRef {
  const TestNode* node = nullptr;
  const Instantiation* instantiation = nullptr;
  std::size_t index = 0;
  const ParameterizedSuite* broken = nullptr;

  void PrintName(Sink& sink) const;       ///< Suite.Test or Prefix/Suite.Test/0
  void PrintSuiteName(Sink& sink) const;  ///< Suite or Prefix/Suite
  bool IsDisabled() const;
  void Run() const;
};

/// Where the tests of one suite start.
struct SuiteRef {
  TestRef first;
  const ParameterizedSuite* parameterized = nullptr;
};

/// Visits every suite in the order in which GoogleTest runs them.
void ForEachSuite(void (*visit)(const SuiteRef& suite, void* context), void* context);
void ForEachTest(const SuiteRef& suite, void (*visit)(const TestRef& test, void* context),
                 void* context);

/// As above, for any callable.
template <class F>
void ForEachSuite(F&& visit) {
  ForEachSuite([](const SuiteRef& suite, void* f) { (*static_cast<F*>(f))(suite); }, &visit);
}
template <class F>
void ForEachTest(const SuiteRef& suite, F&& visit) {
  ForEachTest(suite, [](const TestRef& test, void* f) { (*static_cast<F*>(f))(test); }, &visit);
}

/// Runs everything and prints the report. 0 when at least one test ran and none failed.
int RunAllTests();

}  // namespace testing::internal
