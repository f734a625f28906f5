// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "gtest/internal/result.h"

// The assertion macros. Operands are macro-expanded before they are turned into text, and evaluated
// once, as in GoogleTest.

#define GTEST_AMBIGUOUS_ELSE_BLOCKER_ \
  switch (0)                          \
  case 0:                             \
  default:

#define GTEST_SITE_(kind) \
  ::testing::internal::Site { __FILE__, __LINE__, ::testing::internal::PartKind::kind }
#define GTEST_TAIL_ ::testing::internal::FailureEnd() = ::testing::internal::UserMessage()

#define GTEST_EXPECT_(passed)                           \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_ if (passed) [[likely]]; \
  else GTEST_TAIL_
#define GTEST_ASSERT_(passed)                           \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_ if (passed) [[likely]]; \
  else return GTEST_TAIL_

#define GTEST_EXPECT2_(check, a, b) \
  GTEST_EXPECT_(::testing::internal::check(GTEST_SITE_(kNonFatal), #a, #b, a, b))
#define GTEST_ASSERT2_(check, a, b) \
  GTEST_ASSERT_(::testing::internal::check(GTEST_SITE_(kFatal), #a, #b, a, b))

#define EXPECT_EQ(a, b) GTEST_EXPECT2_(CheckEq, a, b)
#define EXPECT_NE(a, b) GTEST_EXPECT2_(CheckNe, a, b)
#define EXPECT_LT(a, b) GTEST_EXPECT2_(CheckLt, a, b)
#define EXPECT_LE(a, b) GTEST_EXPECT2_(CheckLe, a, b)
#define EXPECT_GT(a, b) GTEST_EXPECT2_(CheckGt, a, b)
#define EXPECT_GE(a, b) GTEST_EXPECT2_(CheckGe, a, b)
#define EXPECT_STREQ(a, b) GTEST_EXPECT2_(CheckStringsEqual, a, b)
#define EXPECT_STRNE(a, b) GTEST_EXPECT2_(CheckStringsDiffer, a, b)
#define ASSERT_EQ(a, b) GTEST_ASSERT2_(CheckEq, a, b)
#define ASSERT_NE(a, b) GTEST_ASSERT2_(CheckNe, a, b)
#define ASSERT_LT(a, b) GTEST_ASSERT2_(CheckLt, a, b)
#define ASSERT_LE(a, b) GTEST_ASSERT2_(CheckLe, a, b)
#define ASSERT_GT(a, b) GTEST_ASSERT2_(CheckGt, a, b)
#define ASSERT_GE(a, b) GTEST_ASSERT2_(CheckGe, a, b)
#define ASSERT_STREQ(a, b) GTEST_ASSERT2_(CheckStringsEqual, a, b)
#define ASSERT_STRNE(a, b) GTEST_ASSERT2_(CheckStringsDiffer, a, b)

#define GTEST_BOOLEAN_(kind, text, condition, expected) \
  ::testing::internal::CheckBoolean(GTEST_SITE_(kind), text, condition, expected)
#define GTEST_EXPECT_BOOLEAN_(condition, text, expected) \
  GTEST_EXPECT_(GTEST_BOOLEAN_(kNonFatal, text, condition, expected))
#define GTEST_ASSERT_BOOLEAN_(condition, text, expected) \
  GTEST_ASSERT_(GTEST_BOOLEAN_(kFatal, text, condition, expected))
#define GTEST_EXPECT_TRUE(condition) GTEST_EXPECT_BOOLEAN_(condition, #condition, true)
#define GTEST_EXPECT_FALSE(condition) GTEST_EXPECT_BOOLEAN_(condition, #condition, false)
#define GTEST_ASSERT_TRUE(condition) GTEST_ASSERT_BOOLEAN_(condition, #condition, true)
#define GTEST_ASSERT_FALSE(condition) GTEST_ASSERT_BOOLEAN_(condition, #condition, false)
#define EXPECT_TRUE(condition) GTEST_EXPECT_TRUE(condition)
#define EXPECT_FALSE(condition) GTEST_EXPECT_FALSE(condition)
#define ASSERT_TRUE(condition) GTEST_ASSERT_TRUE(condition)
#define ASSERT_FALSE(condition) GTEST_ASSERT_FALSE(condition)

#define ADD_FAILURE() \
  GTEST_EXPECT_(::testing::internal::ReportMessage(GTEST_SITE_(kNonFatal), "Failed"))
#define ADD_FAILURE_AT(file, line)                  \
  GTEST_EXPECT_(::testing::internal::ReportMessage( \
      ::testing::internal::Site{file, line, ::testing::internal::PartKind::kNonFatal}, "Failed"))
#define GTEST_FAIL() \
  GTEST_ASSERT_(::testing::internal::ReportMessage(GTEST_SITE_(kFatal), "Failed"))
#define GTEST_FAIL_AT(file, line)                   \
  GTEST_ASSERT_(::testing::internal::ReportMessage( \
      ::testing::internal::Site{file, line, ::testing::internal::PartKind::kFatal}, "Failed"))
#define FAIL() GTEST_FAIL()
#define GTEST_SKIP() GTEST_ASSERT_(::testing::internal::ReportMessage(GTEST_SITE_(kSkip), ""))
#define GTEST_SUCCEED() GTEST_EXPECT_(true)
#define SUCCEED() GTEST_SUCCEED()

#define GTEST_NO_FATAL_FAILURE_(statement, kind, tail)                  \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                         \
  if (const ::testing::internal::FatalFailureWatch gtest_watch; true) { \
    {                                                                   \
      statement;                                                        \
    }                                                                   \
    if (!gtest_watch.Check(GTEST_SITE_(kind), #statement))              \
      goto GTEST_CONCAT(gtest_fatal_, __LINE__);                        \
  } else                                                                \
    GTEST_CONCAT(gtest_fatal_, __LINE__) : tail
#define EXPECT_NO_FATAL_FAILURE(statement) \
  GTEST_NO_FATAL_FAILURE_(statement, kNonFatal, GTEST_TAIL_)
#define ASSERT_NO_FATAL_FAILURE(statement) \
  GTEST_NO_FATAL_FAILURE_(statement, kFatal, return GTEST_TAIL_)

#define GTEST_CONCAT_(a, b) a##b
#define GTEST_CONCAT(a, b) GTEST_CONCAT_(a, b)
#define SCOPED_TRACE(message) \
  const ::testing::ScopedTrace GTEST_CONCAT(gtest_trace_, __LINE__)(__FILE__, __LINE__, (message))
