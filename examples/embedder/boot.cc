// SPDX-License-Identifier: Apache-2.0 OR MIT
// The hypervisor on a machine: takes EL2, runs its guest, gives EL2 back.

#include "hal/status.h"
#include "host.h"
#include "hypervisor.h"
#include "platforms/runtime/console.h"

namespace {

embedder::Hypervisor hypervisor;

void Print(std::string_view what) {
  trivet::platforms::ConsoleWrite(what);
  trivet::platforms::ConsoleWrite("\n");
}

}  // namespace

int main() {
  using trivet::Status;
  embedder::Machine machine;
  if (const Status status = hypervisor.Start(); status != Status::kOk) {
    Print(trivet::ToString(status));
    return 1;
  }
  Print("virtualization is on");
  const auto result = hypervisor.RunGuest(machine, embedder::GuestEntry());
  Print(result ? "the guest stopped; it said:" : trivet::ToString(result.error()));
  Print(hypervisor.printed());
  const Status status = hypervisor.Stop();
  Print(status == Status::kOk ? "virtualization is off, the host as it was"
                              : trivet::ToString(status));
  return result && *result == 42 && status == Status::kOk ? 0 : 1;
}
