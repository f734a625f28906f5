// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab masks: what each bit of each register does on a CPU, as JSON.

#include <format>
#include <string>
#include <string_view>
#include <utility>

#include "freestanding/text/json.h"
#include "freestanding/text/string_sink.h"
#include "hal/register_info.h"
#include "lab/checks.h"
#include "sim/model/model.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

const char* LayoutName(hal::Layout layout) {
  switch (layout) {
    case hal::Layout::kAny: return "any";
    case hal::Layout::kE2hClear: return "e2h0";
    case hal::Layout::kE2hSet: return "e2h1";
  }
  return "?";
}

void PutRow(const sim::Model& model, const hal::RegisterInfo& info, text::Sink& out) {
  const sim::BitMasks& masks = model.MasksOf(info.id);
  const bool writable = info.access != hal::Access::kReadOnly;
  const std::uint64_t stores = writable ? masks.stores | masks.sets | masks.clears : 0;
  // A read-only register is neither writable nor fixed: what it reads is in the profile.
  const std::uint64_t zeros = writable ? ~(stores | masks.ones | masks.keeps) : 0;
  text::JsonObject row(out);
  row.Add("name", info.name).Add("layout", LayoutName(info.layout));
  row.Add("present", model.Has(info.needs));
  for (const auto& [name, mask] : {std::pair("rw", stores),
                                   {"rao", masks.ones},
                                   {"raz", zeros},
                                   {"res0", masks.res0},
                                   {"res1", masks.res1}}) {
    row.Add(name, std::format("{:#x}", mask));
  }
  row.End();
}

}  // namespace

int PrintMasks(const Words& words) {
  CpuOptions options;
  Operands({.usage = "lab masks --cpu=NAME [--el3]", .options = options.Table()}, words, 0, 0);
  const auto model = sim::Model::For(options.Chosen());
  text::StringSink out;
  text::JsonObject object(out);
  object.Add("cpu", options.cpu).Add("el3", options.el3).Member("registers");
  const char* separator = "[\n";
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    out << separator;
    PutRow(*model, info, out);
    separator = ",\n";
  }
  out << ']';
  object.End();
  Print(out.string() + '\n');
  return kAgreed;
}

}  // namespace trivet::lab
