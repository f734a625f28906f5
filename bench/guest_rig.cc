// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/guest_rig.h"

namespace trivet::bench {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

vcpu::Config GuestRig::ConfigFor(std::uint16_t vmid, vectors::InPlaceHooks hooks) {
  status_ = code_.Map(stage2_);
  return {.entry = At(kHvcPair),
          .vtcr = vcpu::BlockStage2::vtcr(),
          .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), vmid),
          .traps = HcrEl2().tid3(true),
          .in_place = hooks};
}

GuestRig::GuestRig(vectors::InPlaceHooks hooks, percpu::HostKind kind)
    : machine_(kind),
      code_(PlaceGuestCode()),
      arrived_(Cpu::Read<HcrEl2>()),
      first_(ConfigFor(1, hooks)),
      second_(ConfigFor(2, hooks)) {
  ShowToTableWalks(&stage2_, sizeof(stage2_));
  ReadyInterrupts();
  if (status_ == Status::kOk) status_ = cpu_.Create(Cpu::CurrentCpu());
  if (status_ == Status::kOk) status_ = cpu_.HardwareEnable();
  first_.frame().x[kLoadAddress] = kUnmappedIpa;
}

GuestRig::~GuestRig() {
  if (cpu_.IsEnabled()) (void)cpu_.HardwareDisable();
  Cpu::Write<HcrEl2>(arrived_);
  Cpu::Isb();
}

bool GuestRig::IsReady(benchmark::State& state) const {
  if (!machine_.exists()) {
    state.SkipWithMessage("this CPU has no FEAT_VHE");
  } else if (status_ != Status::kOk) {
    state.SkipWithError(ToString(status_));
  }
  return machine_.exists() && status_ == Status::kOk;
}

}  // namespace trivet::bench
