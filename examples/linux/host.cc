#include "host.h"

#include "platforms/runtime/console.h"
#include "platforms/runtime/power.h"

namespace hv {
namespace {

void OnUnexpected(trivet::vectors::CpuSlot& slot) {
  trivet::platforms::ConsoleLine()
      .Text("an exception at EL2: ESR_EL2 ")
      .Hex(slot.crash.esr)
      .Text(", ELR_EL2 ")
      .Hex(slot.crash.elr)
      .Text(", FAR_EL2 ")
      .Hex(slot.crash.far);
  trivet::platforms::PowerOff(1);
}

}  // namespace

trivet::vectors::Handlers Host::HandlersFor(trivet::CpuId) {
  return {.irq = &OnUnexpected,
          .fiq = &OnUnexpected,
          .serror = &OnUnexpected,
          .fatal = &OnUnexpected};
}

void Check(trivet::Status status, const char* what) {
  if (status == trivet::Status::kOk) return;
  trivet::platforms::ConsoleLine().Text(what).Text(": ").Text(trivet::ToString(status));
  trivet::platforms::PowerOff(1);
}

}  // namespace hv
