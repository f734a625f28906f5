// SPDX-License-Identifier: Apache-2.0 OR MIT
// Hosts that keep TPIDR_EL2: pass-through hosts, by a chain table, and hosts with a slot finder.

#include "percpu/per_cpu_state.h"
#include "vectors/chain_table.h"
#include "vectors/slot_finder.h"

namespace trivet::percpu {

using hal::RegisterId;
using hal::VbarEl2;

struct TpidrKeepers {
  static Status CheckChain(PerCpuState& cpu, VbarEl2 base) {
    const Status status = vectors::CheckChainReach(cpu.chain(), base.raw());
    return status == Status::kOk ? status : cpu.Fail({.status = status, .got = base.raw()});
  }
  static void MakeChain(PerCpuState& cpu, VbarEl2 base) {
    vectors::MakeChainTable(cpu.chain(), base.raw());
  }
  static Status CheckFinder(PerCpuState& cpu, VbarEl2 base) {
    if (base.raw() % vectors::kChainTableSize == 0) return cpu.CheckFinder();
    return cpu.Fail({.status = Status::kInvalidArgument, .got = base.raw()});
  }
};

constinit const TpidrPart kChainPart = {.check = &TpidrKeepers::CheckChain,
                                        .make_forwarding = &TpidrKeepers::MakeChain};
constinit const TpidrPart kFinderPart = {.check = &TpidrKeepers::CheckFinder,
                                         .make_forwarding = [](PerCpuState&, VbarEl2) {}};

Status PerCpuState::CreateFor(CpuId cpu, const vectors::ChainPlace& chain) {
  const Status status =
      Bind(cpu, vectors::CheckChainPlace(chain), {}, chain.executable, &kChainPart);
  if (status == Status::kOk) chain_words_ = chain.words;
  return status;
}

Status PerCpuState::CreateFor(CpuId cpu, const vectors::Handlers& handlers,
                              const vectors::VectorTable& table, const TpidrPart* part) {
  const bool by_tpidr = table.finder.by == vectors::SlotFinder::By::kTpidr;
  const bool complete = handlers.AreComplete() && (by_tpidr || part != nullptr);
  const Status host = complete ? Status::kOk : Status::kHandlerMissing;
  const Status status =
      Bind(cpu, host, handlers, vectors::BaseOf(table), by_tpidr ? nullptr : part);
  if (status == Status::kOk && !by_tpidr) finder_ = &table.finder;
  return status;
}

/// The slot finder leads to this page. A pass-through host has none.
Status PerCpuState::CheckFinder() {
  if (finder_ == nullptr) return Status::kOk;
  const auto here = reinterpret_cast<std::uint64_t>(&slot_);
  vectors::FoundSlot found = vectors::FindSlot(*finder_);
  if (found.status == Status::kOk && found.page != here) found.status = Status::kWrongSlot;
  if (found.status == Status::kOk) return Status::kOk;
  return Fail({.status = found.status,
               .register_id = finder_->UsesTpidr() ? RegisterId::kTpidrEl2 : RegisterId::kCount,
               .expected = here,
               .got = found.page});
}

[[gnu::cold]] Status PerCpuState::CheckKeeper(VbarEl2 base) { return keeper_->check(*this, base); }

[[gnu::cold]] void PerCpuState::MakeForwarding(VbarEl2 base) {
  keeper_->make_forwarding(*this, base);
}

}  // namespace trivet::percpu
