// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/loader_tree.h"

#include <span>

#include "platforms/runtime/clean_range.h"
#include "platforms/runtime/guarded.h"

namespace trivet::platforms {
namespace {

// [arm64-image] "Booting AArch64 Linux", section 2: a tree is on an 8-byte boundary; 4 are enough
// for its reader. U-Boot's `go` passes a count of arguments instead, which stays below this; old
// firmware of the Raspberry Pi puts its tree here.
constexpr std::uint64_t kAlignment = 4;
constexpr std::uint64_t kLowest = 0x100;
constexpr std::size_t kHeaderBytes = 40;
constexpr std::uint64_t kPage = 4096;

/// How many of the `size` bytes at `address` can be read, in whole pages, before one cannot.
std::size_t ReadableBytes(std::uint64_t address, std::size_t size) {
  for (std::uint64_t read = 0; read < size; read += kPage - (address + read) % kPage) {
    if (!GuardedLoad(address + read)) return read;
  }
  return size;
}

/// The words that can be read at `address`, in memory and not in a cache, of `size` bytes.
std::span<const std::uint32_t> Readable(std::uint64_t address, std::size_t size) {
  const std::size_t readable = ReadableBytes(address, size);
  if (readable != 0) CleanRange(address, readable);
  return {reinterpret_cast<const std::uint32_t*>(address), (readable + 3) / 4};
}

/// Of a size that is wrong nothing can be concluded.
std::unexpected<RefusedTree> Refuse(fdt::Error error, std::uint64_t address) {
  if (error == fdt::Error::kNoTree) return std::unexpected(RefusedTree());
  return std::unexpected(
      RefusedTree{.error = error, .rest = fdt::Tree::Salvage(Readable(address, fdt::kMaxBytes))});
}

}  // namespace

std::expected<fdt::Tree, RefusedTree> FindLoaderTree(std::uint64_t argument) {
  if (argument < kLowest || argument % kAlignment != 0) return std::unexpected(RefusedTree());
  const auto header = Readable(argument, kHeaderBytes);
  if (header.size_bytes() < kHeaderBytes) return std::unexpected(RefusedTree());
  const auto size = fdt::Tree::SizeAt(header.data());
  if (!size) return Refuse(size.error(), argument);
  const auto tree = fdt::Tree::Check(Readable(argument, *size));
  if (!tree) return Refuse(tree.error(), argument);
  return *tree;
}

}  // namespace trivet::platforms
