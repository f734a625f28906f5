// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/instructions/unmodelled.h"

#include <format>
#include <vector>

#include "hal/register_info.h"
#include "sim/model/model.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::RegisterInfo;

struct Line {
  std::string_view name, fields, what;
};

constexpr Line kLines[] = {
#define UNMODELLED(name, fields, what) {name, fields, what},
#include "sim/instructions/unmodelled.def"
#undef UNMODELLED
};

std::uint64_t MaskOf(const RegisterInfo& info, std::string_view fields) {
  std::uint64_t mask = 0;
  while (!fields.empty()) {
    const std::size_t end = fields.find(' ');
    mask |= FieldNamed(info, fields.substr(0, end)).mask();
    fields = end == std::string_view::npos ? std::string_view() : fields.substr(end + 1);
  }
  return mask;
}

std::vector<UnmodelledControl> Compile() {
  std::vector<UnmodelledControl> controls;
  for (const Line& line : kLines) {
    const hal::RegisterId id = FindRegister(line.name);
    if (id == hal::RegisterId::kCount)
      throw Violation(std::format("unmodelled: no register is called {}", line.name));
    controls.push_back({id, MaskOf(hal::InfoOf(id), line.fields), line.what});
  }
  return controls;
}

}  // namespace

std::span<const UnmodelledControl> UnmodelledControls() {
  static const std::vector<UnmodelledControl> controls = Compile();
  return controls;
}

}  // namespace trivet::sim
