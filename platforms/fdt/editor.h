// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <span>
#include <string_view>

#include "platforms/fdt/tree.h"
#include "platforms/fdt/walk.h"

namespace trivet::platforms::fdt {

/// Changes a copy of a device tree: for what a guest is to see. Paths are absolute; a component may
/// leave out its unit address. A call that returns false changed nothing.
class Editor {
 public:
  /// Copies `tree`, which Check() accepted, to `memory`; the room behind it is for what is added.
  /// `memory` outlives the editor and is at most kMaxBytes. kSize: the tree does not fit.
  static std::expected<Editor, Error> Copy(std::span<const std::uint32_t> tree,
                                           std::span<std::uint32_t> memory);

  /// The property's value becomes `bytes`; property and nodes are added where they are missing.
  /// False: no room, or the path is not absolute.
  bool Set(std::string_view path, std::string_view property, std::string_view bytes);
  /// The same with a text and its zero byte, without a copy of it: `text` has the zero behind it.
  bool SetText(std::string_view path, std::string_view property, const char* text);
  /// The same with numbers of 32 bits.
  bool SetCells(std::string_view path, std::string_view property,
                std::initializer_list<std::uint32_t> cells);
  /// The same with a number of 64 bits, in two cells.
  bool SetNumber(std::string_view path, std::string_view property, std::uint64_t number);
  /// Takes the node and what is inside it out. False: there is none.
  bool Hide(std::string_view path);
  /// Takes the property out. False: there is none.
  bool Hide(std::string_view path, std::string_view property);
  /// Takes every node that is compatible with this out, and the property of this name out of every
  /// node. Return how many there were.
  unsigned HideCompatible(std::string_view compatible);
  unsigned HideEverywhere(std::string_view property);
  /// Takes the ITS of a GICv3 out, and what names it: for a guest without LPIs.
  void HideMessageInterrupts();
  /// Starts and stops the CPUs by PSCI, whatever the machine has for it. False: no room.
  bool UsePsci();
  /// Takes a range out of every "memory" node's "reg": what a guest must not use. False: no room,
  /// or a node has another form than two numbers of 1 or 2 cells.
  bool HideMemory(Region hidden);

  /// The tree as it is now. What was found in it is valid until the next change.
  const Tree& tree() const { return tree_; }
  /// Its size in bytes.
  std::size_t size() const;

 private:
  explicit Editor(std::span<std::uint32_t> memory) : memory_(memory), tree_(memory) {}

  std::uint32_t Get(std::uint32_t at) const;
  void Put(std::uint32_t at, std::uint32_t number);
  void PutBytes(std::uint32_t at, std::string_view bytes, std::uint32_t words);
  void PutNops(std::uint32_t begin, std::uint32_t end);
  void Insert(std::uint32_t at, std::uint32_t words, std::uint32_t block_size);
  bool HasRoomFor(std::size_t words) const;
  std::uint32_t OffsetOfName(std::string_view name);
  std::uint32_t AfterProperties(std::uint32_t node) const;
  std::uint32_t AddNode(std::uint32_t parent, std::string_view name);
  void SetIn(std::uint32_t node, std::string_view property, std::string_view bytes);
  void HideIn(std::uint32_t node, std::string_view property);
  void HideNode(std::uint32_t node);

  std::span<std::uint32_t> memory_;
  Tree tree_;
};

}  // namespace trivet::platforms::fdt
