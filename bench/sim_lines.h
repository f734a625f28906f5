// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace trivet::bench {

/// --trivet_lines on the simulator's target: one line per benchmark
/// (freestanding/benchmark/checksum.h). Of several repetitions, each of which is a sample (the mean
/// of its iterations), the line has the median and the percentiles.
class LineReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  int results_ = 0;
};

}  // namespace trivet::bench
