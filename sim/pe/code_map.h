// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <map>
#include <shared_mutex>

namespace trivet::sim {

class Pe;

/// What runs when a simulated PE branches to `offset` bytes into a mapped range. Runs on the host
/// thread of that PE; returning means: the code ended in ERET.
using HostCode = void (*)(Pe& pe, std::uint64_t offset);

/// Which host function stands at which simulated address: process-wide, as code in memory is.
class CodeMap {
 public:
  struct Place {
    HostCode code = nullptr;
    std::uint64_t offset = 0;
  };

  static CodeMap& Instance();

  /// Throws Violation when the range is empty or overlaps one that is mapped.
  void Map(std::uint64_t base, std::uint64_t size, HostCode code);
  /// Throws Violation when no range starts at base.
  void Unmap(std::uint64_t base);
  /// code is null when nothing is mapped at address.
  Place Find(std::uint64_t address) const;

 private:
  struct Range {
    std::uint64_t size;
    HostCode code;
  };

  mutable std::shared_mutex mutex_;
  std::map<std::uint64_t, Range> ranges_;
};

/// Maps code for as long as it lives.
class ScopedCode {
 public:
  ScopedCode(std::uint64_t base, std::uint64_t size, HostCode code) : base_(base) {
    CodeMap::Instance().Map(base, size, code);
  }
  ~ScopedCode() { CodeMap::Instance().Unmap(base_); }
  ScopedCode(const ScopedCode&) = delete;
  ScopedCode& operator=(const ScopedCode&) = delete;

 private:
  std::uint64_t base_;
};

}  // namespace trivet::sim
