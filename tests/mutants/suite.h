// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_set>

#include "tests/mutants/image.h"

namespace trivet::mutants {

/// The tests of one image, run by the launcher that its el2_test has.
class Suite {
 public:
  /// `words`: its launcher or image, ".sh" or ".img" at the end; its ELF; a GoogleTest filter if
  /// not all of its tests are to run; "twice" if a busy machine may fail them. With commas between
  /// them. `folder`: for patched images. Throws std::runtime_error.
  Suite(const std::string& words, const std::filesystem::path& folder);

  const Image& image() const { return image_; }
  const std::string& name() const { return name_; }

  /// Runs the image as it is. Throws when it fails.
  void RequirePass();
  /// Whether that run reached the instruction at `address`.
  bool Reaches(std::uint64_t address) const { return reached_.contains(address); }
  /// Whether tests fail with one instruction replaced; if they are to, twice.
  bool Notices(std::uint64_t address, std::uint32_t word);

 private:
  void WriteLauncher();
  bool Passes(const std::filesystem::path& launcher);

  std::string name_, image_path_, filter_;
  bool twice_;
  Image image_;
  std::filesystem::path patched_, launcher_, tracing_launcher_, trace_;
  std::unordered_set<std::uint64_t> reached_;
};

}  // namespace trivet::mutants
