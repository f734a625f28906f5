#pragma once

/// The CPUs a benchmark runs on: at EL2 the one that executes it.
namespace trivet::bench {

class CpuSet {
 public:
  static constexpr int kSize = 1;

  template <class F>
  [[gnu::always_inline]] void OnEach(F f) {
    f(0);
  }
};

class [[maybe_unused]] OneCpu {
 public:
  OneCpu() {}
  explicit OneCpu(CpuSet&) {}
};

}  // namespace trivet::bench
