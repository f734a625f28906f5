// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "gtest/internal/printers.h"
#include "gtest/internal/registry.h"

/// TEST_P's parameters. A generator is a value with size() and Get<P>(index): no heap, no
/// iterators.
namespace testing {

template <class P>
class WithParamInterface {
 public:
  using ParamType = P;
  static const P& GetParam() { return *parameter_; }
  /// Not for callers.
  static void SetParam(const P* parameter) { parameter_ = parameter; }

 private:
  static inline constinit const P* parameter_ = nullptr;
};

template <class P>
class TestWithParam : public Test, public WithParamInterface<P> {};

template <class P>
struct TestParamInfo {
  const P& param;
  std::size_t index;
};

/// Names tests after their parameter's text instead of its index.
struct PrintToStringParamName {
  template <class P>
  auto operator()(const TestParamInfo<P>& info) const {
    return PrintToString(info.param);
  }
};

}  // namespace testing

namespace testing::internal {

template <class... T>
class ValuesGenerator {
 public:
  explicit constexpr ValuesGenerator(T... values) : values_(std::move(values)...) {}
  constexpr std::size_t size() const { return sizeof...(T); }

  template <class P>
  P Get(std::size_t index) const {
    return GetFrom<P, 0>(index);
  }

 private:
  template <class P, std::size_t kAt>
  P GetFrom(std::size_t index) const {
    if constexpr (kAt + 1 < sizeof...(T)) {
      if (index != kAt) return GetFrom<P, kAt + 1>(index);
    }
    return static_cast<P>(std::get<kAt>(values_));
  }

  std::tuple<T...> values_;
};

/// Over anything with size() and operator[] by value: std::array, std::span.
template <class C>
class ContainerGenerator {
 public:
  explicit constexpr ContainerGenerator(C values) : values_(std::move(values)) {}
  constexpr std::size_t size() const { return values_.size(); }
  template <class P>
  P Get(std::size_t index) const {
    return static_cast<P>(values_[index]);
  }

 private:
  C values_;
};

template <class T, class Step>
class RangeGenerator {
 public:
  constexpr RangeGenerator(T begin, T end, Step step) : begin_(begin), end_(end), step_(step) {}
  constexpr std::size_t size() const {
    std::size_t count = 0;
    for (T at = begin_; at < end_; at = static_cast<T>(at + step_)) ++count;
    return count;
  }
  template <class P>
  P Get(std::size_t index) const {
    T at = begin_;
    while (index-- > 0) at = static_cast<T>(at + step_);
    return static_cast<P>(at);
  }

 private:
  T begin_, end_;
  Step step_;
};

/// Every combination; the last generator varies fastest.
template <class... G>
class CombineGenerator {
 public:
  explicit constexpr CombineGenerator(G... generators) : generators_(std::move(generators)...) {}
  constexpr std::size_t size() const {
    return std::apply([](const G&... g) { return (g.size() * ... * std::size_t{1}); }, generators_);
  }
  template <class P>
  P Get(std::size_t index) const {
    return GetAll<P>(index, std::index_sequence_for<G...>());
  }

 private:
  template <class P, std::size_t... kAt>
  P GetAll(std::size_t index, std::index_sequence<kAt...>) const {
    return P(std::get<kAt>(generators_)
                 .template Get<std::tuple_element_t<kAt, P>>(Digit<kAt>(index))...);
  }
  template <std::size_t kAt>
  std::size_t Digit(std::size_t index) const {
    const std::array<std::size_t, sizeof...(G)> sizes =
        std::apply([](const G&... g) { return std::array{g.size()...}; }, generators_);
    for (std::size_t i = sizeof...(G) - 1; i > kAt; --i) index /= sizes[i];
    return index % sizes[kAt];
  }

  std::tuple<G...> generators_;
};

struct IndexName {
  template <class P>
  std::size_t operator()(const TestParamInfo<P>& info) const {
    return info.index;
  }
};

template <class Fixture, auto kGenerator, auto kNamer>
constexpr Instantiation MakeInstantiation(const char* prefix) {
  using P = typename Fixture::ParamType;
  return {prefix, [] { return kGenerator().size(); },
          [](std::size_t index, void (*run)()) {
            const P parameter = kGenerator().template Get<P>(index);
            Fixture::SetParam(&parameter);
            run();
            Fixture::SetParam(nullptr);
          },
          [](std::size_t index, Sink& sink) {
            const P parameter = kGenerator().template Get<P>(index);
            TersePrint(parameter, sink);
          },
          [](std::size_t index, Sink& sink) {
            const P parameter = kGenerator().template Get<P>(index);
            sink << kNamer()(TestParamInfo<P>{parameter, index});
          }};
}

struct AllowEmptySuite {
  explicit AllowEmptySuite(ParameterizedSuite& suite) { suite.may_be_empty = true; }
};

}  // namespace testing::internal

namespace testing {

template <class... T>
constexpr auto Values(T... values) {
  return internal::ValuesGenerator<T...>(std::move(values)...);
}
template <class T, std::size_t kSize>
constexpr auto ValuesIn(const T (&values)[kSize]) {
  return internal::ContainerGenerator(std::to_array(values));
}
template <class C>
constexpr auto ValuesIn(const C& values) {
  return internal::ContainerGenerator<C>(values);
}
template <class T, class Step = int>
constexpr auto Range(T begin, T end, Step step = 1) {
  return internal::RangeGenerator<T, Step>(begin, end, step);
}
constexpr auto Bool() { return Values(false, true); }
template <class... G>
constexpr auto Combine(G... generators) {
  return internal::CombineGenerator<G...>(std::move(generators)...);
}

}  // namespace testing
