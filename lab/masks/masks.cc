// lab masks: what each bit of each register does on a CPU, as JSON.

#include <format>
#include <string>
#include <string_view>

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

std::string Row(const sim::Model& model, const hal::RegisterInfo& info) {
  const sim::BitMasks& masks = model.MasksOf(info.id);
  const bool writable = info.access != hal::Access::kReadOnly;
  const std::uint64_t stores = writable ? masks.stores | masks.sets | masks.clears : 0;
  // A read-only register is neither writable nor fixed: what it reads is in the profile.
  const std::uint64_t zeros = writable ? ~(stores | masks.ones | masks.keeps) : 0;
  return std::format(
      "{{\"name\": \"{}\", \"layout\": \"{}\", \"present\": {}, \"rw\": \"{:#x}\", \"rao\": "
      "\"{:#x}\", \"raz\": \"{:#x}\", \"res0\": \"{:#x}\", \"res1\": \"{:#x}\"}}",
      info.name, LayoutName(info.layout), model.Has(info.needs), stores, masks.ones, zeros,
      masks.res0, masks.res1);
}

}  // namespace

int PrintMasks(const Words& words) {
  CpuOptions options;
  Operands({.usage = "lab masks --cpu=NAME [--el3]", .options = options.Table()}, words, 0, 0);
  const auto model = sim::Model::For(options.Chosen());
  std::string text =
      std::format("{{\"cpu\": \"{}\", \"el3\": {}, \"registers\": [\n", options.cpu, options.el3);
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    text += Row(*model, info);
    const bool last = static_cast<unsigned>(info.id) + 1 == hal::kRegisterCount;
    text += last ? "\n" : ",\n";
  }
  text += "]}\n";
  Print(text);
  return kAgreed;
}

}  // namespace trivet::lab
