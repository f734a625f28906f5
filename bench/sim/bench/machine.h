#pragma once

#include <memory>
#include <vector>

#include "sim/pe.h"
#include "sim/profile.h"
#include "sim/scoped_pe.h"

/// The CPUs a benchmark runs on: simulated ones.
namespace trivet::bench {

class CpuSet {
 public:
  static constexpr int kSize = 32;

  CpuSet() {
    for (int i = 0; i < kSize; ++i) {
      pes_.push_back(std::make_unique<sim::Pe>(sim::ProfileNamed("cortex-a72"),
                                               CpuId{static_cast<std::uint64_t>(i)}));
    }
  }

  /// Calls f(i) with the i-th simulated CPU as hal::Cpu, for each.
  template <class F>
  void OnEach(F f) {
    for (int i = 0; i < kSize; ++i) {
      const sim::ScopedPe current(*pes_[i]);
      f(i);
    }
  }

  sim::Pe& first() { return *pes_[0]; }

 private:
  std::vector<std::unique_ptr<sim::Pe>> pes_;
};

/// One CPU as hal::Cpu for its lifetime: its own, or the first of a set.
class OneCpu {
 public:
  OneCpu() : own_(std::make_unique<sim::Pe>(sim::ProfileNamed("cortex-a72"))), current_(*own_) {}
  explicit OneCpu(CpuSet& set) : current_(set.first()) {}

 private:
  std::unique_ptr<sim::Pe> own_;
  sim::ScopedPe current_;
};

}  // namespace trivet::bench
