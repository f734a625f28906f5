#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/mutants/image.h"

namespace trivet::mutants {

/// The tests of one image, run by the launcher that its el2_test has.
class Suite {
 public:
  /// `words`: the image, its ELF and, if not all of its tests are to run, a GoogleTest filter, with
  /// commas between them. The launcher is IMAGE with ".sh" for ".img". `folder`: for patched
  /// images. Throws std::runtime_error.
  Suite(const std::string& words, const std::filesystem::path& folder);

  const Image& image() const { return image_; }
  const std::string& name() const { return name_; }

  /// Throws when the image as it is fails.
  void RequirePass();
  /// Whether the image with one instruction replaced still passes.
  bool Passes(std::uint64_t address, std::uint32_t word);

 private:
  void WriteLauncher();

  std::string name_, image_path_, filter_;
  Image image_;
  std::string patched_, launcher_;
};

}  // namespace trivet::mutants
