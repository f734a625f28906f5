#include "bench/guest_rig.h"

namespace trivet::bench {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

// A machine's memory may lie beyond what a BlockStage2 maps.
constexpr std::uint64_t kMappable = 512 * vcpu::BlockStage2::kBlockSize;

vcpu::Config GuestRig::ConfigFor(std::uint16_t vmid, vectors::InPlaceHooks hooks) {
  const std::uint64_t offset = code_ % vcpu::BlockStage2::kBlockSize;
  status_ = stage2_.Map(code_ - offset, place_ - offset, vcpu::MemoryType::kNormal);
  return {.entry = At(kHvcPair),
          .vtcr = vcpu::BlockStage2::vtcr(),
          .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), vmid),
          .traps = HcrEl2().tid3(true),
          .in_place = hooks};
}

GuestRig::GuestRig(vectors::InPlaceHooks hooks, percpu::HostKind kind)
    : machine_(kind),
      place_(PlaceGuestCode()),
      code_(place_ % kMappable),
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
