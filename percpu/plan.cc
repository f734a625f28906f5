// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/plan.h"

#include "hal/digits.h"
#include "hal/register_info.h"
#include "hal/text_writer.h"

namespace trivet::percpu {
namespace {

constexpr std::size_t kStepColumn = 26;
constexpr std::size_t kNameColumn = 14;

void PrintAction(const Plan::Line& line, hal::TextWriter& out) {
  switch (line.action) {
    case Plan::Action::kIsb: out.Text("isb"); return;
    case Plan::Action::kDsb: out.Text("dsb nsh"); return;
    case Plan::Action::kTlbi: out.Name(ToString(line.tlbi)); return;
    case Plan::Action::kWrite: break;
  }
  out.Name(hal::InfoOf(line.register_id).name).PadFrom(kStepColumn, kNameColumn);
  out.Hex(line.before, hal::kRegisterDigits).Text(" -> ");
  out.Hex(line.after, hal::kRegisterDigits);
}

}  // namespace

const char* ToString(hal::Tlbi operation) {
  switch (operation) {
    case hal::Tlbi::kAllE1: return "tlbi alle1";
    case hal::Tlbi::kAllE1Is: return "tlbi alle1is";
    case hal::Tlbi::kVmallS12E1: return "tlbi vmalls12e1";
    case hal::Tlbi::kVmallS12E1Is: return "tlbi vmalls12e1is";
    case hal::Tlbi::kAllE2: return "tlbi alle2";
  }
  return "unknown";
}

void Plan::Print(hal::TextSink sink) const {
  hal::TextWriter out(sink);
  for (std::size_t i = 0; i < size_; ++i) {
    out.Name(lines_[i].step).PadFrom(0, kStepColumn);
    PrintAction(lines_[i], out);
    out.EndLine();
  }
}

}  // namespace trivet::percpu
