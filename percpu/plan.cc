#include "percpu/plan.h"

#include <cstring>

#include "hal/register_info.h"

namespace trivet::percpu {
namespace {

constexpr std::size_t kStepColumn = 26;
constexpr std::size_t kNameColumn = 14;

void Put(hal::TextSink sink, const char* text, std::size_t width = 0) {
  std::size_t length = std::strlen(text);
  sink.write(sink.context, text, length);
  for (; length < width; ++length) sink.write(sink.context, " ", 1);
}

void PutHex(hal::TextSink sink, std::uint64_t value) {
  char text[] = "0x0000000000000000";
  for (std::size_t i = sizeof(text) - 2; i > 1; --i, value >>= 4) {
    text[i] = "0123456789abcdef"[value & 15];
  }
  Put(sink, text);
}

void PutAction(hal::TextSink sink, const Plan::Line& line) {
  switch (line.action) {
    case Plan::Action::kIsb: return Put(sink, "isb");
    case Plan::Action::kDsb: return Put(sink, "dsb nsh");
    case Plan::Action::kTlbi: return Put(sink, ToString(line.tlbi));
    case Plan::Action::kWrite: break;
  }
  Put(sink, hal::InfoOf(line.register_id).name, kNameColumn);
  PutHex(sink, line.before);
  Put(sink, " -> ");
  PutHex(sink, line.after);
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
  for (std::size_t i = 0; i < size_; ++i) {
    Put(sink, lines_[i].step, kStepColumn);
    PutAction(sink, lines_[i]);
    Put(sink, "\n");
  }
}

}  // namespace trivet::percpu
