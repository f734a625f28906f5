#include "platforms/runtime/loader_tree.h"

#include <span>

#include "platforms/runtime/clean_range.h"
#include "platforms/runtime/guarded.h"

namespace trivet::platforms {
namespace {

// [arm64-image] "Booting AArch64 Linux", section 2: a tree is on an 8-byte boundary. U-Boot's `go`
// passes a count of arguments instead, which stays below this; old firmware of the Raspberry Pi
// puts its tree here.
constexpr std::uint64_t kAlignment = 8;
constexpr std::uint64_t kLowest = 0x100;
constexpr std::size_t kHeaderBytes = 40;

}  // namespace

std::optional<fdt::Tree> FindLoaderTree(std::uint64_t argument) {
  if (argument < kLowest || argument % kAlignment != 0) return std::nullopt;
  if (!GuardedLoad(argument)) return std::nullopt;
  const auto* words = reinterpret_cast<const std::uint32_t*>(argument);
  CleanRange(argument, kHeaderBytes);
  const auto size = fdt::Tree::SizeAt(words);
  if (!size) return std::nullopt;
  CleanRange(argument, *size);
  const auto tree = fdt::Tree::Check(std::span(words, (*size + 3) / 4));
  return tree ? std::optional(*tree) : std::nullopt;
}

}  // namespace trivet::platforms
