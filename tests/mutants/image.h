// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace trivet::mutants {

struct Function {
  std::string name;  ///< As the linker has it.
  std::uint64_t address;
  std::vector<std::uint32_t> code;
};

/// An EL2 image: its ELF, for names and code, and the flat file that is booted.
class Image {
 public:
  /// Throws std::runtime_error when a file is no such thing, or the two differ.
  Image(const std::string& elf, const std::string& flat);

  /// All that has a name and a size, in the order of addresses.
  const std::vector<Function>& functions() const { return functions_; }
  const Function* Find(const std::string& name) const;

  /// Where the first byte of the flat file is linked, and its first word: an instruction.
  std::uint64_t base() const { return base_; }
  std::uint32_t first_word() const;

  /// Writes the flat file with one instruction replaced.
  void WritePatched(const std::string& path, std::uint64_t address, std::uint32_t word) const;

 private:
  std::size_t FlatOffset(std::uint64_t address) const;

  std::uint64_t base_ = 0;  ///< The address of the flat file's first byte.
  std::string flat_;
  std::vector<Function> functions_;
};

}  // namespace trivet::mutants
