// SPDX-License-Identifier: Apache-2.0 OR MIT
// Hosts that keep TPIDR_EL2: pass-through hosts, by a chain table, and hosts with a slot finder.

#include "percpu/per_cpu_state.h"
#include "vectors/chain_table.h"
#include "vectors/slot_finder.h"

namespace trivet::percpu {

using hal::RegisterId;
using hal::VbarEl2;

Status PerCpuState::CreateFor(CpuId cpu, const vectors::ChainPlace& chain) {
  return Bind(cpu, vectors::CheckChainPlace(chain), {}, chain, chain.executable, nullptr);
}

Status PerCpuState::CreateFor(CpuId cpu, const vectors::Handlers& handlers,
                              const vectors::VectorTable& table) {
  const Status host = handlers.AreComplete() ? Status::kOk : Status::kHandlerMissing;
  const bool by_tpidr = table.finder.by == vectors::SlotFinder::By::kTpidr;
  const vectors::SlotFinder* const finder = by_tpidr ? nullptr : &table.finder;
  return Bind(cpu, host, handlers, {}, vectors::BaseOf(table), finder);
}

/// The slot finder leads to this page.
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

/// What a host that keeps TPIDR_EL2 has in its place.
[[gnu::cold]] Status PerCpuState::CheckKeeper(VbarEl2 base) {
  Status status = Status::kOk;
  if (IsPassThrough()) {
    status = vectors::CheckChainReach(chain_, base.raw());
  } else if (base.raw() % vectors::kChainTableSize != 0) {
    status = Status::kInvalidArgument;
  } else {
    return CheckFinder();
  }
  return status == Status::kOk ? status : Fail({.status = status, .got = base.raw()});
}

[[gnu::cold]] void PerCpuState::MakeForwarding(VbarEl2 base) {
  if (IsPassThrough()) vectors::MakeChainTable(chain_, base.raw());
}

}  // namespace trivet::percpu
