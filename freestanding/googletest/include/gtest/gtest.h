// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// GoogleTest's macros for EL2 images: no heap, no exceptions, no RTTI, no iostream, no floating
// point. The names, the meaning and the output are GoogleTest's; README.md lists what is missing.

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "freestanding/text/text.h"
#include "gtest/internal/parameters.h"  // IWYU pragma: export
#include "gtest/internal/printers.h"    // IWYU pragma: export
#include "gtest/internal/registry.h"    // IWYU pragma: export
#include "gtest/internal/result.h"      // IWYU pragma: export

#define GTEST_TEST_CLASS_NAME_(suite, name) suite##_##name##_Test
#define FRIEND_TEST(suite, name) friend class GTEST_TEST_CLASS_NAME_(suite, name)

#define GTEST_DEFINE_TEST_(suite, name, Parent, ...)                                              \
  static_assert(sizeof(#suite) > 1 && sizeof(#name) > 1, "a test needs both names");              \
  class GTEST_TEST_CLASS_NAME_(suite, name) : public Parent {                                     \
    void TestBody() override;                                                                     \
    static ::testing::internal::TestNode node_;                                                   \
    [[maybe_unused]] static const bool registered_;                                               \
  };                                                                                              \
  constinit ::testing::internal::TestNode GTEST_TEST_CLASS_NAME_(suite, name)::node_ =            \
      ::testing::internal::MakeNode<GTEST_TEST_CLASS_NAME_(suite, name)>(#suite, #name, __FILE__, \
                                                                         __LINE__);               \
  const bool GTEST_TEST_CLASS_NAME_(suite, name)::registered_ = __VA_ARGS__;                      \
  void GTEST_TEST_CLASS_NAME_(suite, name)::TestBody()

#define GTEST_TEST_(suite, name, Parent) \
  GTEST_DEFINE_TEST_(suite, name, Parent, ::testing::internal::RegisterTest(node_))
#define TEST(suite, name) GTEST_TEST_(suite, name, ::testing::Test)
#define TEST_F(fixture, name) GTEST_TEST_(fixture, name, fixture)
#define TEST_P(fixture, name)                                                                     \
  GTEST_DEFINE_TEST_(                                                                             \
      fixture, name, fixture,                                                                     \
      ::testing::internal::RegisterTestPattern(::testing::internal::kParameterizedSuite<fixture>, \
                                               __FILE__, __LINE__, node_))

#define GTEST_FIRST_(first, ...) first
#define GTEST_SECOND_(first, second, ...) second
#define INSTANTIATE_TEST_SUITE_P(prefix, fixture, ...)                                      \
  static const auto& gtest_##prefix##fixture##_Generator_() {                               \
    static const auto generator = GTEST_FIRST_(__VA_ARGS__, _);                             \
    return generator;                                                                       \
  }                                                                                         \
  static auto gtest_##prefix##fixture##_Namer_() {                                          \
    return GTEST_SECOND_(__VA_ARGS__, ::testing::internal::IndexName(), _);                 \
  }                                                                                         \
  static constinit ::testing::internal::Instantiation gtest_##prefix##fixture##_Instance_ = \
      ::testing::internal::MakeInstantiation<fixture, gtest_##prefix##fixture##_Generator_, \
                                             gtest_##prefix##fixture##_Namer_>(#prefix);    \
  [[maybe_unused]] static const bool gtest_##prefix##fixture##_registered_ =                \
      ::testing::internal::RegisterInstantiation(                                           \
          ::testing::internal::kParameterizedSuite<fixture>, #fixture, __FILE__, __LINE__,  \
          gtest_##prefix##fixture##_Instance_)

#define GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(fixture)                   \
  static const ::testing::internal::AllowEmptySuite gtest_allow_empty_##fixture( \
      ::testing::internal::kParameterizedSuite<fixture>)

#include "gtest/internal/assertions.h"  // IWYU pragma: export

namespace testing {
inline void InitGoogleTest() {}
inline void InitGoogleTest(int*, char**) {}
}  // namespace testing

[[nodiscard]] inline int RUN_ALL_TESTS() { return ::testing::internal::RunAllTests(); }
