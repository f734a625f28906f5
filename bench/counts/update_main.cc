// SPDX-License-Identifier: Apache-2.0 OR MIT
// `bazel run //bench:update_counts`: writes bench/expected_counts.txt and shows what changed.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "bench/counts/expected_counts.h"

int main(int argc, char** argv) {
  using namespace trivet::bench;  // NOLINT(google-build-using-namespace): main() of the package
  const char* const workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr || argc < 4) {
    std::fprintf(stderr, "run me as: bazel run //bench:update_counts\n");
    return 2;
  }
  std::map<std::string, Counts> by_cpu_model;
  for (const char* model : kCpuModels) {
    std::fprintf(stderr, "counting on %s\n", model);
    const auto counts = CountOn({argv + 3, argv + argc}, model);
    if (!counts) {
      std::fprintf(stderr, "%s\n", counts.error().c_str());
      return 1;
    }
    by_cpu_model[model] = *counts;
  }
  const auto events = EventsOf(argv[2]);
  if (!events) {
    std::fprintf(stderr, "%s\n", events.error().c_str());
    return 1;
  }
  const std::string path = std::string(workspace) + "/bench/expected_counts.txt";
  std::ifstream before(path);
  const std::string old_text{std::istreambuf_iterator<char>(before), {}};
  const std::string text = RenderCounts(argv[1], by_cpu_model, *events);
  std::ofstream(path) << text;
  const std::string changes = Difference(old_text, text);
  std::printf("%s", changes.empty() ? "nothing changed\n" : changes.c_str());
  return 0;
}
