// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/machine/described.h"

#include <cstdlib>

#include "platforms/fdt/tree.h"
#include "platforms/machine/describe.h"

namespace trivet::platforms {

using fdt::TreeBuilder;

Description Described(const TreeBuilder& builder) {
  const auto words = builder.Build();
  const auto tree = fdt::Tree::Check(words);
  if (!tree) std::abort();
  return Describe(*tree);
}

Reasons Unusable(const TreeBuilder& builder) {
  const auto words = builder.Build();
  const Description machine = Describe(*fdt::Tree::Check(words));
  Reasons reasons;
  for (const UnusableNode& node : machine.unusable.all()) reasons.emplace_back(node.name, node.why);
  return reasons;
}

TreeBuilder Root() {
  TreeBuilder builder;
  builder.Begin("").Cells("#address-cells", {1}).Cells("#size-cells", {1});
  return builder;
}

TreeBuilder& Device(TreeBuilder& builder, std::string_view name, std::string_view compatible,
                    std::initializer_list<std::uint32_t> reg) {
  return builder.Begin(name).Text("compatible", compatible).Cells("reg", reg);
}

TreeBuilder& CpuNode(TreeBuilder& tree, std::uint32_t affinity, std::string_view method) {
  tree.Begin("cpu@" + std::to_string(affinity)).Text("device_type", "cpu");
  return tree.Cells("reg", {affinity}).Text("enable-method", method);
}

}  // namespace trivet::platforms
